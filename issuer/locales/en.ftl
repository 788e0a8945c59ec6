# Messages of this service in English; the French ones are the source.

app-name = Musette for associations
app-tagline = Your volunteers’ hours, signed by you, handed to each of them.

yes = yes
unsaid = not stated
pages = Pages
pages-previous = Previous page
pages-next = Next page
period = { $first } to { $last }
table-first = { $count ->
    [one] Only the first is shown.
   *[other] Only the first { $count } are shown.
}

nav-sign-out = Sign out

sign-in-title = Sign in
sign-in-text = This space is for the person who signs attestations for their association.
sign-in-organisation = Short name of the association
sign-in-organisation-hint = The one in your address, for example: les-paniers-du-vallon
sign-in-passphrase = Passphrase
sign-in-action = Sign in
sign-in-refused = The name or the passphrase does not fit. Check capital letters and try again.
sign-in-too-many = Too many tries. Wait a quarter of an hour, then try again.

home-title = Your attestations
home-new = New batch
home-empty-title = No attestation yet
home-empty-text = Start with your hours sheet: one row per session. You can check everything before you sign.
home-model = Download a model sheet
home-figures = In short
home-signed = { $count ->
    [one] attestation signed
   *[other] attestations signed
}
home-collected = { $count ->
    [one] collected
   *[other] collected
}
home-waiting = { $count ->
    [one] not collected yet
   *[other] not collected yet
}
home-batches = Your batches
home-file = File
home-date = Date
home-state = State
home-attestations = Attestations
home-refused = Refused rows
home-state-signed = Signed
home-state-draft = To be checked
home-collected-of = { $collected } of { $total }

batch-new-title = New batch
batch-new-text = Give your hours sheet. Nothing is signed before you have checked it.
batch-new-file = Your file
batch-new-file-hint = A CSV file, as Excel or LibreOffice save it. At most 8 MB and 50,000 rows.
batch-new-pasted = Or paste your cells here
batch-new-pasted-hint = Copy them from your spreadsheet, with the header row.
batch-new-action = Check
batch-new-columns = The columns we expect
batch-new-columns-text = Nom, Prénom, Date and Durée (or Début and Fin) are needed. Mission, Fonction, “16 ans ou plus” and E-mail are read when they are there. A row is a session: the hours of one person in one role are added up.
batch-pasted = Pasted cells
batch-unnamed = File without a name

sheet-empty = There is nothing to read. Choose a file or paste your cells.
sheet-too-large = The file is larger than 8 MB. Split it, for example by quarter.
sheet-workbook = This file is a workbook. In your spreadsheet, choose “Save as”, then the CSV format, and give the new file.
sheet-not-text = This file is not a CSV table. Save your sheet as CSV and try again.
sheet-no-header = We did not find the header row (Nom, Prénom, Date, Durée) in the first ten rows. We read: { $found }.
sheet-missing-columns = A column is missing: { $missing }. Columns found: { $found }.
sheet-repeated-column = Two columns mean the same ({ $column }): { $found }. Keep one.
sheet-too-many-columns = Line { $line } has more than 64 cells.
sheet-too-many-rows = The file has more than 50,000 rows. Split it into several files.
sheet-unclosed-quote = A quotation mark opened at line { $line } is never closed: what follows cannot be read. Correct that line and try again.
sheet-no-rows = The header is there, but no row follows.

column-name = Person
column-family-name = Family name
column-given-name = Given name
column-date = Date
column-start = Start
column-end = End
column-duration = Duration
column-mission = Mission
column-role = Role
column-over-16 = 16 or older
column-email = E-mail
column-hours = Hours
column-sessions = Sessions
column-period = Period
column-state = State
column-invitation = Invitation

role-dirigeant = Board member
role-encadrant = Supervises volunteers
role-benevole = Volunteer
role-salarie = Employee

refused-title = { $count ->
    [one] One refused row
   *[other] { $count } refused rows
}
refused-text = These rows are not counted. Correct them in your sheet and give the whole sheet again: what is already signed is left out.
refused-download = Download the refused rows
refused-line = Line
refused-column = Column
refused-value = Value
refused-reason = Reason

refusal-missing-name = The family or given name is missing.
refusal-too-long = The text is too long.
refusal-invisible = The text has invisible characters.
refusal-social-security-number = A social-security number is not allowed here. Remove it from your sheet.
refusal-more-cells-than-header = The row has more cells than the header. A comma or semicolon has probably slipped into a cell.
refusal-swallowed-rows = A quotation mark opened here is closed on line { $line } only: nothing in between was read. Remove that mark or, if the cell really has several lines, write its text on one.
refusal-missing-date = The date is missing.
refusal-not-a-date = This is not a date. Write it like this: 12/03/2025.
refusal-two-digit-year = Write the year with four digits.
refusal-impossible-date = There is no such day. Write the day, then the month: 12/03/2025 is 12 March.
refusal-future-date = This date has not come yet.
refusal-too-old = This date is before the year 2000.
refusal-missing-duration = The duration is missing.
refusal-not-a-duration = This is not a duration. Write for example 2h30, 2:30, 2,5 or 150 min.
refusal-ambiguous-duration = The minutes are not clear. Write two digits after the h: 2h05 or 2h50.
refusal-not-positive = The duration must be greater than zero.
refusal-over-a-day = A session lasts 24 hours at most.
refusal-not-a-time = This is not a time. Write for example 14:30 or 14h30.
refusal-missing-time = The start or end time is missing.
refusal-end-before-start = The end must come after the start, on the same day.
refusal-duration-mismatch = The duration does not match the start and end times, which make { $between }.
refusal-unknown-role = This role is not known. Write for example président, trésorière, membre du CA, encadrant, référente bénévoles, bénévole.
refusal-not-yes-or-no = Answer oui or non.
refusal-not-an-email = This is not an e-mail address.
refusal-age-contradicted = Line { $line } says the contrary of the same person. Write the same answer on all of their rows.
refusal-homonym = Two people have this name with different addresses: give the address of the right one here.
refusal-duplicate = The same session is already on line { $line }.
refusal-already-signed = This session was signed already, in a batch of { $date }. Nothing to correct: it is not counted twice.
refusal-day-overfull = With this row, the person has more than 24 hours on that day.

batch-draft-title = Check before you sign
batch-draft-file = File read: { $file }
batch-draft-attestations = { $count ->
    [one] attestation
   *[other] attestations
}
batch-draft-hours = in all
batch-draft-accepted = { $count ->
    [one] row counted
   *[other] rows counted
}
batch-draft-refused = { $count ->
    [one] row refused
   *[other] rows refused
}
batch-draft-none = No row could be counted. See the reasons below, correct or complete your sheet, then give it again.
batch-draft-again = Give another file
batch-draft-tx-code = Also ask for a six-digit code
batch-draft-tx-code-hint = Safer when links travel by e-mail: you give each person the code by another way.
batch-draft-left-out = { $count ->
    [one] The refused row will be left out.
   *[other] The { $count } refused rows will be left out.
}
batch-draft-sign = { $count ->
    [one] Sign the attestation
   *[other] Sign the { $count } attestations
}
batch-draft-people = What will be signed
batch-draft-reading = How the file was read
batch-draft-column = Column “{ $header }” = { $meaning }
batch-draft-ignored = Columns not read: { $headers }
batch-draft-encoding = Encoding: { $encoding }
batch-draft-discard = Discard this batch

batch-followed-title = Follow-up of the batch
batch-followed-file = File { $file }, signed on { $date }.
batch-followed-collected = attestations collected
batch-followed-text = Hand each person their invitation: open their row to show the QR code or copy the link.
batch-followed-people = Person by person
batch-followed-link = Invitation of { $name }
batch-followed-home = Back to the home page

progress-pending = To be collected
progress-redeemed = Being collected
progress-interrupted = Collection interrupted
progress-issued = Collected
progress-revoked = Revoked
progress-expired = Invitation expired
progress-wrong-codes = Blocked after five wrong codes
progress-withdrawn = Withdrawn

attestation-title = Attestation of { $name }
attestation-revoked = Revoked on { $date }. Reason: { $reason }
attestation-withdrawn = Withdrawn on { $date }, before it was collected. Reason: { $reason }
attestation-invitation = The invitation
attestation-invitation-text = The person scans this QR code or opens this link to collect their attestation, until { $date }. The link works once.
attestation-qr = QR code of the invitation to collect the attestation
attestation-link = The same link, to copy
attestation-tx-code = The code to give them:
attestation-tx-code-hint = Give it in person, by telephone or by text message, never with the link. After five wrong codes the invitation is blocked.
attestation-open = Open the invitation
attestation-wallet-form = The wallet does not recognise this QR code
attestation-page-form = Back to the QR code for cameras
attestation-by-value = The invitation itself, to paste in a wallet that reads no address
attestation-content = What the attestation says
attestation-year = Of which in { $year }
attestation-signed-on = Signed on
attestation-collected-on = Collected on
attestation-batch = Back to the batch
attestation-again = Make the invitation again
attestation-again-text = If the link is lost, expired or blocked, or if collecting was interrupted, make a new one. The old one stops working.
attestation-again-action = Make a new invitation

revoke-title = Take the attestation back
revoke-text-collected = The person keeps the attestation, but every check will say that it is revoked. This cannot be undone.
revoke-text-waiting = The invitation will stop working. This cannot be undone.
revoke-reason = Reason
revoke-reason-hint = For example: hours counted twice. Nothing personal.
revoke-reason-empty = Say why, in a few words.
revoke-action = Revoke

invitation-title = { $organisation } hands you an attestation
invitation-text = It says what you did as a volunteer. You will see who it comes from before you accept it, and you alone choose whom to show it to.
invitation-tx-code = Keep at hand the six-digit code that the association gave you.
invitation-add = Add to my Musette
invitation-expires = To be collected until { $date }.
invitation-other = Another wallet
invitation-other-text = Do you have another wallet for attestations? Open this link on your telephone, or scan this QR code with your wallet.
invitation-other-open = Open in another wallet
invitation-qr = QR code of the attestation from { $organisation }
invitation-link = The same link, to copy

invitation-collected-title = This attestation was collected already
invitation-collected-text = This link works once, and somebody has used it.
invitation-collected-next = If it was you, the attestation is in your Musette. If not, tell { $organisation }.
invitation-interrupted-title = Collecting is not finished
invitation-interrupted-text = This link works once, and it was opened in a wallet that has not received the attestation yet.
invitation-interrupted-next = If it was you, wait a few minutes and look in your Musette. If the attestation is not there, ask { $organisation } for a new invitation: nothing is lost.
invitation-expired-title = This invitation has expired
invitation-expired-text = It was not used in time. Nothing is lost: the attestation still exists.
invitation-expired-next = Ask { $organisation } for a new link.
invitation-wrong-codes-title = This invitation is blocked
invitation-wrong-codes-text = The code was typed wrongly five times. To be safe, this link no longer works.
invitation-wrong-codes-next = Ask { $organisation } for a new link.
invitation-withdrawn-title = This attestation was withdrawn
invitation-withdrawn-text = The association withdrew it before it was collected.
invitation-withdrawn-next = Ask { $organisation } for an explanation.
invitation-replaced-title = There is a newer link
invitation-replaced-text = The association has made your invitation again: this one no longer works.
invitation-replaced-next = Use the last link you received from { $organisation }.

error-unknown-title = Not found
error-unknown-text = This page does not exist, or does not belong to your association.
error-unknown-action = Back to the home page
error-invitation-title = Unknown invitation
error-invitation-text = This link is incomplete or damaged. Open it again from the message you received, or ask your association for another.
error-invitation-action = Back to the home page
error-already-signed-title = This file was signed already
error-already-signed-text = The very same file has already made attestations, and has nothing new. Complete or correct your sheet, then give it again: what is already signed is left out.
error-already-signed-action = See the signed batch
error-signed-since-title = Some sessions were signed in the meantime
error-signed-since-text = Since you gave this file, another batch has signed some of its sessions: they would count twice. Nothing was signed here. Give the file again: what is already signed is left out.
error-signed-since-action = Give the file again
error-not-a-draft-title = This batch is no longer to be checked
error-not-a-draft-text = It was signed or discarded already.
error-not-a-draft-action = Back to the home page
error-nothing-to-sign-title = Nothing to sign
error-nothing-to-sign-text = No row of this file could be counted.
error-nothing-to-sign-action = Give another file
error-discarded-title = Discarded batch
error-discarded-text = This batch was discarded; its content was erased.
error-discarded-action = Back to the home page
error-revoked-title = Attestation already taken back
error-revoked-text = This attestation was revoked or withdrawn already.
error-revoked-action = Back to the attestation
error-collected-title = Attestation already collected
error-collected-text = The person has collected their attestation: a new invitation is no longer possible. If they lost it, revoke it, then give your sheet again: its hours can be signed again.
error-collected-action = Back to the attestation

cli-rows = { $accepted ->
    [one] one row counted
   *[other] { $accepted } rows counted
}, { $refused ->
    [one] one refused
   *[other] { $refused } refused
}
cli-refused = line { $line }, column “{ $column }”, “{ $value }”: { $reason }
cli-signed = { $count ->
    [0] No attestation signed.
    [one] One attestation signed; its invitation is ready.
   *[other] { $count } attestations signed; their invitations are ready.
}
cli-would-sign = { $count ->
    [0] No attestation would be signed.
    [one] One attestation would be signed.
   *[other] { $count } attestations would be signed.
}
cli-revoked = Attestation taken back.
cli-certificates-short = Mind that these certificates end before the attestations signed today. From then on, whoever checks those by certificate will refuse them.
cli-baked = Badge put into { $file }.
