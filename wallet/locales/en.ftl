# The musette: what people read.

app-name = Musette
app-tagline = Musette: your hours, attested, always with you.

nav-path = My path
nav-present = Present
nav-add = Add
nav-close = Close
nav-open-as = Musette open: { $name }

landing-title = Your volunteer hours, in your musette
landing-what = Keep here the attestations your associations give you, and present them when you are asked.
landing-step-collect = The association sends you an invitation: a link or a QR code.
landing-step-keep = You add it to your musette, locked by your passphrase.
landing-step-present = At the counter you choose what you show, and nothing else.
landing-safe = While your musette is closed nobody can read it, not even us: only your passphrase, or your printed recovery code, opens it. While it is open, our service reads what it holds to show it to you and to present it; left unused, it closes by itself.
landing-create = Create my musette
landing-open = Open my musette

create-title = Create my musette
create-intro = Two things are enough: a name and a passphrase.
create-name = Name of your musette
create-name-hint = Any you like: your first name, a nickname. You will be asked for it each time.
create-name-error = Choose a name of 1 to 60 characters, without a social-security number.
create-name-taken = This name is taken. Add a letter or a digit.
create-passphrase = Passphrase
create-passphrase-hint = 12 characters at least. A few unrelated words are easy to remember.
create-passphrase-error = The passphrase must have 12 to 256 characters.
create-again = The same passphrase once more
create-again-error = The two passphrases are not the same.
create-submit = Create my musette
create-have-one = I already have a musette

open-title = Open my musette
open-next = Open your musette to go on. You will come back to where you were.
open-name = Name of your musette
open-passphrase = Passphrase
open-submit = Open
open-wrong = The name and the passphrase do not go together. Check both and try again.
open-too-many = Too many tries. To be safe, wait a quarter of an hour before trying again.
open-create = I have no musette yet
open-recover = I forgot my passphrase

recover-title = Reopen my musette with the recovery code
recover-intro = The recovery code is the one you printed or copied when you created your musette. With it you choose a new passphrase.
recover-code = Recovery code
recover-code-hint = 28 letters and digits, in groups of four. Spaces, dashes and capitals do not matter.
recover-code-error = A character is wrong or missing. Read your code again, group by group.
recover-passphrase = New passphrase
recover-submit = Reopen my musette
recover-wrong = The name and the code do not go together. Check both and try again.
recover-back = I found my passphrase again

recovery-title = Your recovery code
recovery-why = If you forget your passphrase, only this code reopens your musette. Print this page or copy the code on paper.
recovery-keep = Keep it at home, in a safe place. Give it to nobody. Without passphrase and code, your attestations would be lost.
recovery-confirm = The last four characters of the code
recovery-confirm-hint = To be sure that the code is written down. After that, it will not be shown again.
recovery-confirm-error = These are not the last four characters of the code. Read again what you wrote down.
recovery-submit = My code is in a safe place
recovery-later = Go on, and write it down later
recovery-done = Your recovery code is written down. To be safe, it is not shown any more.
recovery-to-path = Go to my path

path-title = My path
path-code-unconfirmed = Your recovery code is not written down yet.
path-code-link = Write it down now
path-empty-title = Add your first attestation
path-empty-text = Did an association send you a link or a QR code? Open the link, paste it here, or send a photo of the QR code.
path-empty-action = Add an attestation
path-total = Your attested hours
path-by-organisation = Hours by organisation
path-organisation = Organisation
path-hours = Hours
path-list = { $count ->
    [one] { $count } attestation
   *[other] { $count } attestations
}
path-days = { $start } to { $end }
path-present = Present
path-add = Add an attestation
path-history = What I shared

kind-of-attestation = Activity attestation

add-title = Add an attestation
add-intro = Bring the invitation the association gave you: its link, or a photo of its QR code.
add-link-hint = Paste the link you received in a message or e-mail.
add-continue-title = An invitation to receive an attestation
add-continue-from = This invitation comes from:

present-title = Present my attestations
present-intro = Bring the request of the counter: the link it shows, or a photo of its QR code. You see everything before you share.
present-link-hint = Paste the link shown beside the QR code.
present-continue-title = A request to present your attestations
present-continue-from = This request comes from:

bring-link = Link
bring-picture = Or a photo of the QR code
bring-picture-hint = PNG, JPEG or WebP picture, 8 MB at most.
bring-submit = Continue
bring-camera = On a phone, the camera opens the QR code directly.
bring-nothing = Paste a link or choose a picture.
bring-unrecognised = This is neither an invitation nor a request. Check that the link is whole.
bring-unrecognised-title = Link not recognised
bring-unrecognised-text = This is neither an invitation nor a request. Check that the link is whole.
bring-unrecognised-action = Start again
bring-not-a-picture = This file is not a PNG, JPEG or WebP picture.
bring-picture-too-large = The picture is too large. Crop it around the QR code.
bring-no-code = No QR code was found. Take the photo again, closer, straight and sharp, or paste the link.

continue-nothing-yet = Nothing has been asked of this site yet, and nothing was sent to it.
continue-host-hint = Check that this is the address you expect. An address that begins with “xn--” has letters that may imitate others.
continue-submit = Continue
continue-leave = Leave it

offer-title = Invitation
offer-heading = { $organisation } offers you an attestation
offer-what = What
offer-who = From
offer-host = Site
offer-explain = The attestation will be checked, then kept in your musette. Nobody else sees it unless you agree.
offer-code = Code received separately
offer-code-hint = The association gave it to you by another way. It is sent to { $host } only.
offer-code-length = { $length ->
    [one] It has { $length } character.
   *[other] It has { $length } characters.
}
offer-code-description = The association says: “{ $text }”
offer-code-shape = This code does not have the right shape. Check how many characters it has.
offer-code-doubtful = The organisation did not take this code, and its site does not say whether the code is wrong or the invitation is over. Check the code and try again; otherwise ask for a new invitation.
offer-code-wrong = { $tries ->
    [one] This is not the right code ({ $tries } try). After several wrong tries, the invitation closes.
   *[other] This is not the right code ({ $tries } tries). After several wrong tries, the invitation closes.
}
offer-accept = Add to my musette
offer-refuse = Decline
offer-resume-text = Adding was interrupted. We keep what is needed to go on: do not wait, the organisation often allows only a few minutes.
offer-resume = Go on adding
offer-refuse-interrupted = The invitation has been used. If you decline now, you will need a new one to have this attestation.
offer-already-yours = This attestation is already in your musette.
offer-see = See the attestation
offer-deleted = You had added this attestation, then deleted it. To have it again, ask the association to sign a new one.
offer-refused = You declined this invitation. If you change your mind, open the link again.
offer-refused-for-good = You declined this attestation after the invitation had been used. If you change your mind, ask the association for a new invitation.
offer-unverified = The attestation that was given did not pass every check: it was not kept. Tell the association and ask for a new invitation.
offer-to-path = My path

offer-malformed-title = Unreadable invitation
offer-malformed-text = This invitation is damaged or incomplete. Ask the association to send the link again.
offer-malformed-action = Try another link
offer-ambiguous-title = Contradictory invitation
offer-ambiguous-text = This invitation says two things at once. To be safe, we do not open it. Tell the association.
offer-ambiguous-action = Try another link
offer-address-title = Unsafe address
offer-address-text = This invitation leads to an address that is not protected. We sent nothing there. Check where the link comes from.
offer-address-action = Try another link
offer-grant-title = Another sort of invitation
offer-grant-text = This invitation asks you to sign in at the organisation, which this musette cannot do yet. Ask for an invitation by direct link.
offer-grant-action = Try another link
offer-too-large-title = Invitation too long
offer-too-large-text = This invitation is larger than we accept. Ask the association to send the link again.
offer-too-large-action = Try another link
offer-metadata-title = Organisation badly described
offer-metadata-text = The site of the organisation describes itself in a way we cannot read. The problem is on its side: tell them.
offer-metadata-action = Go back
offer-other-issuer-title = This site poses as another
offer-other-issuer-text = The site announces another address than its own. To be safe, we stop here: no code was sent to it. Check where the link comes from.
offer-other-issuer-action = Go back
offer-unknown-kind-title = Attestation not found
offer-unknown-kind-text = The invitation promises an attestation that the organisation does not offer. Tell them.
offer-unknown-kind-action = Go back
offer-format-title = Unknown format
offer-format-text = This attestation is in a format this musette does not know. Nothing was added.
offer-format-action = Go back
offer-unreachable-title = The site of the organisation does not answer
offer-unreachable-text = It may be stopped for a while. The invitation was not used: you can try again.
offer-unreachable-action = Try again
offer-unconfirmed-title = The organisation did not confirm
offer-unconfirmed-text = We sent it the invitation, and its site did not answer. It may have been used. Try again; if it is no longer valid, ask the association for a new invitation.
offer-unconfirmed-action = Try again
offer-interrupted-title = Adding was interrupted
offer-interrupted-text = The site of the organisation stopped answering on the way. We keep what is needed to go on: try again within the next minutes. If it fails again, ask the association to sign a new attestation.
offer-interrupted-action = Go on adding
offer-answer-title = Unexpected answer of the organisation
offer-answer-text = The site of the organisation answered something we cannot use. Nothing was added. Try again later, or tell them.
offer-answer-action = Go back
offer-foreign-server-title = Suspicious invitation
offer-foreign-server-text = This invitation would send your code to a site that the organisation does not name. We sent nothing.
offer-foreign-server-action = Go back
offer-encryption-title = Unsupported encryption
offer-encryption-text = The organisation demands an encryption that this musette cannot do yet. Nothing was added.
offer-encryption-action = Go back
offer-ended-title = This invitation is no longer valid
offer-ended-text = It expired, was withdrawn or has already been used. Ask the association for a new invitation.
offer-ended-action = Go back
offer-token-ended-title = Adding was interrupted for too long
offer-token-ended-text = The invitation was used, but the attestation could not be received in time. Ask the association for a new invitation.
offer-token-ended-action = Go back
offer-denied-title = The organisation refuses to give the attestation
offer-denied-text = It does not say why. Ask them, and for a new invitation if there is cause.
offer-denied-action = Go back
offer-deferred-title = Attestation not ready yet
offer-deferred-text = The organisation will give it later, and this musette cannot wait yet. Ask for a new invitation when it is ready.
offer-deferred-action = Go back
offer-unreadable-title = Attestation unreadable or of another organisation
offer-unreadable-text = What the site gave is not an attestation signed by this organisation. Nothing was added. Tell the association and ask for a new invitation.
offer-unreadable-action = Go back

unverified-title = Attestation not added
unverified-text = The attestation given by { $organisation } did not pass every check. Nothing was added to your musette.
unverified-checks = What is wrong
unverified-retry-text = It may be a passing failure. What came is kept under lock: you can run the checks again.
unverified-retry = Check again
unverified-final-text = Tell the association and ask for a new invitation.

attestation-collected = added on { $date }
attestation-content = What the attestation says
attestation-host = Site of the organisation
attestation-check = Check now
attestation-check-hint = The check asks the site of the organisation whether the attestation still holds.
attestation-shares = Shares
attestation-no-share = You have not shown this attestation to anybody yet.
attestation-delete = Delete this attestation
attestation-delete-warning = It will leave your musette for good. Its invitation has been used: to have it again, you would have to ask the association to sign a new one.
attestation-delete-confirm = Delete for ever

standing-good = Checked on { $date }: nothing to report. Only the counter that verifies it can say whether it opens a right.
standing-status-unchecked = Checked on { $date }: signature correct, but the organisation could not say whether it is still current.
standing-revoked = Revoked by the organisation (seen on { $date }). It no longer counts in your hours.
standing-suspended = Suspended by the organisation (seen on { $date }).
standing-expired = Expired (seen on { $date }). It no longer counts in your hours.
standing-doubtful = When checked on { $date }, this attestation no longer matched what the organisation publishes. Contact them.
standing-unknown = On { $date } the site of the organisation did not answer: the check could not be made.
standing-unconfirmed-title = The check could not be made
standing-unconfirmed-text = The site of the organisation does not say how this attestation stands. What was found before remains noted.
standing-unconfirmed-action = Back to the attestation
standing-short-good = current
standing-short-unknown = to be checked
standing-short-revoked = revoked
standing-short-suspended = suspended
standing-short-expired = expired
standing-short-doubtful = to be cleared up

request-title = Share your information?
request-host = Who asks
request-name = Announced name
request-name-unverified = name not verified
request-no-name = No name given
request-purpose = Why
request-no-purpose = No reason given. Be careful.
request-only-shown = Only what is written below will be shared. Untick what you do not want to show.
request-required = needed
request-optional = optional
request-shared = Will be shared
request-shares-nothing = Nothing but that the attestation exists.
request-kept-back = Stays in your musette
request-always = With each attestation always go: its kind, the address of the organisation that signed it, its dates of validity, the key that proves it is yours, and what it takes to check that it is not revoked.
request-warning = This information goes to { $host }. Share it only if you are there, or expect it.
request-share = Share
request-refuse = Do not share
request-choice-unfit = One of the choices does not answer the request. Choose again.
request-choice-several = Choose one attestation only for each question.
request-choice-too-many = A counter takes no more than 64 attestations at once. Untick some.
request-choice-missing = A needed attestation is missing. Tick at least one attestation for each needed part, or do not share.

lacking-title = You lack an attestation
lacking-text = You do not have what answers this request. Nothing was shared.
lacking-claims = It must say:
lacking-who = The association where you gave your time can give you an attestation. Ask for an invitation.
lacking-refuse = Answer that I do not share

sending-title = Answer perhaps arrived
sending-text = You agreed to share, but { $host } did not confirm. Look at the screen of the counter: if nothing shows, send again. You will not be asked to agree again.
sending-retry = Send again
sending-receipt = See what is shared

request-ambiguous-title = Contradictory request
request-ambiguous-text = This request says two things at once, or is not whole. To be safe, we do not open it.
request-ambiguous-action = Try another link
request-address-title = Unsafe address
request-address-text = This request leads to an address that is not protected. We sent nothing there.
request-address-action = Try another link
request-client-title = Asker that cannot be recognised
request-client-text = Whoever asks presents themselves in a way this musette cannot check. Nothing was sent.
request-client-action = Try another link
request-unreachable-title = The counter does not answer
request-unreachable-text = Its site did not answer. Nothing was shared. Try again in a moment.
request-unreachable-action = Try again
request-ended-title = This request is no longer there
request-ended-text = It expired or was already answered. Ask the counter for a new QR code.
request-ended-action = Bring another request
request-answer-title = Unexpected answer of the counter
request-answer-text = The site of the counter answered something we cannot read. Nothing was shared.
request-answer-action = Go back
request-identity-title = Asker not found
request-identity-text = The identity this request announces cannot be checked. Nothing was shared.
request-identity-action = Go back
request-malformed-title = Unreadable request
request-malformed-text = This request is damaged or does not have the right shape. Nothing was shared. Tell the counter.
request-malformed-action = Go back
request-other-client-title = This request comes from somebody else
request-other-client-text = The request is not of the one the link announced. To be safe, we stop here.
request-other-client-action = Go back
request-signature-title = Request not signed by the one it names
request-signature-text = The signature does not fit the announced asker. Somebody may be posing as them. Nothing was shared.
request-signature-action = Go back
request-replayed-title = Request used before
request-replayed-text = This request was not made for you, now. Ask the counter for a new QR code.
request-replayed-action = Go back
request-leak-title = The answer would go elsewhere
request-leak-text = This request would send your information to another address than the asker’s. We do not open it.
request-leak-action = Go back
request-transaction-title = Request of an unknown sort
request-transaction-text = This request wants you to approve something else than sharing, which this musette cannot show. Nothing was shared.
request-transaction-action = Go back
request-encryption-title = Answer that cannot be protected
request-encryption-text = The asker does not let the answer be encrypted for them alone. Nothing was shared.
request-encryption-action = Go back
request-expired-title = This request has expired
request-expired-text = Nothing was shared. Ask the counter for a new QR code.
request-expired-action = Bring another request
request-gone-title = An attestation is no longer there
request-gone-text = An attestation you had agreed to share was deleted since. Ask the counter for a new QR code.
request-gone-action = Go back

answer-unconfirmed-title = The counter did not confirm
answer-unconfirmed-text = Your answer left, but the site of the counter did not answer. You can send it again: you will not be asked to agree again.
answer-unconfirmed-action = Continue
answer-not-taken-title = The counter did not take the answer
answer-not-taken-text = The request may have expired, or the answer had already arrived. Look at the screen of the counter; if needed, ask for a new QR code.
answer-not-taken-action = Continue

receipt-shared = Shared
receipt-refused = Nothing was shared
receipt-unconfirmed = Sent, without confirmation
receipt-unconfirmed-text = The counter did not confirm that it has this information.
receipt-on = When
receipt-next = Continue at the counter
receipt-what = What was shared
receipt-nothing = No information left your musette.
receipt-decision = The decision is the counter’s: its screen says it.

share-shared = shared
share-refused = not shared
share-unconfirmed = without confirmation

history-title = What I shared
history-intro = This list is locked with your musette.
history-empty = You have shared nothing yet.

claim-given-name = First name
claim-family-name = Family name
claim-age-over-16 = Is 16 or older
claim-issuing-organization-legal-name = Organisation
claim-issuing-organization-rna = RNA number of the organisation
claim-issuing-organization-siren = SIREN number of the organisation
claim-issuing-organization-siret = SIRET number of the organisation
claim-activity-ref = Reference of the activity
claim-activity-kind = Kind of activity
claim-activity-role = Role
claim-activity-paid = Paid activity
claim-activity-start-date = First day
claim-activity-end-date = Last day
claim-activity-minutes = Time in all
claim-activity-breakdown = Time by year
claim-activity-mission = Mission
claim-activity-assurance = How it is known
claim-iat = Date of signature
claim-sub = Your identifier at the organisation
claim-aud = Meant for
claim-jti = Number of the attestation
claim-year = { $year }: { $hours }

role-dirigeant = Sits on the governing body
role-encadrant-benevoles = Supervises other volunteers
role-benevole = Volunteer
role-salarie = Employee
kind-benevolat-associatif = Volunteering in an association
kind-salariat = Paid employment
kind-spv = Volunteer firefighter
kind-plateforme-contributive = Contribution to a free platform
assurance-attested = Attested by the organisation
assurance-evidenced = Backed by evidence
assurance-self-asserted = Declared by the person

value-yes = yes
value-no = no
value-none = not said
