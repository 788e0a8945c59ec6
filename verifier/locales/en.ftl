# The counter that checks.

app-name = Musette · counter
app-tagline = Musette counter: check volunteer hours and explain the right they open.

nav-counter = Counter
nav-sign-out = Close the counter

desk-account = Counter

sign-in-title = Open the counter
sign-in-intro = This page is for the people who keep the counter.
sign-in-passphrase = Passphrase of the counter
sign-in-action = Open
sign-in-wrong = This passphrase does not fit. Check capital letters and try again.
sign-in-too-many = Too many tries. Wait five minutes before you try again.
sign-in-not-set = No passphrase has been chosen yet. Whoever looks after this service must run this command:

counter-title = Counter
counter-trust-title = Warning:
counter-trust-none = no trust list is configured. No organisation can be recognised and no right will open.
counter-trust-unusable = the trust list cannot be read or is not signed by the right authority. No organisation can be recognised.
counter-trust-stale = the trust list is overdue for renewal. Tell whoever looks after this service.
counter-no-rule = No right is configured. Whoever looks after this service must add rules.
counter-rule = Right to check
counter-rule-error = Choose a right from the list.
counter-year = Year of the hours
counter-year-hint = The year in which the hours were done, for example 2025.
counter-year-error = Write a year in four digits, for example 2025.
counter-declared-on = Day of the declaration
counter-declared-on-hint = Usually today.
counter-declared-on-error = Choose a day, for example 15 March 2026.
counter-declared-on-future = This day has not come yet. Choose the day on which the declaration was made.
counter-age-seen = Identity card seen: 16 or over
counter-age-seen-hint = Tick this if you saw the card. Otherwise the age is asked from the person’s wallet.
counter-action = Ask for attestations

request-purpose = Check a right: { $right }

waiting-title = Waiting for the person
waiting-intro = The person scans this code with a phone, or opens the link, then chooses what to share. Their name is not asked.
waiting-qr-label = Code to scan: it opens the request, whose link is written below.
waiting-scheme-qr-label = Code to scan for wallets that do not know the first one: its link is written below.
waiting-time-left =
    { $minutes ->
        [one] { $minutes } minute left to answer.
       *[other] { $minutes } minutes left to answer.
    }
waiting-link = Link of the request
waiting-open = Open the link on this device
waiting-other-wallet = The person’s wallet does not know this code
waiting-other-wallet-text = Try this one: it speaks to the application directly.
waiting-scheme-link = Link for the application
waiting-again = New code
waiting-leave = Give up

expired-title = Time is up
expired-text = Nobody answered within five minutes. Nothing was received.
refused-title = The person shared nothing
refused-text-denied = They refused, or have no attestation that fits. Nothing was received.
refused-text-other = Their wallet could not answer (code { $code }). Nothing was received.
ended-again = Start again
ended-next = Next person

unknown-request-title = Request not found
unknown-request-text = This request does not exist, or not any more. Ask for a new code at the counter.
unknown-request-action = Back to the counter

rule-gone-title = This right is not offered any more
rule-gone-text = The rule of this request was withdrawn. Choose another right at the counter.
rule-gone-action = Back to the counter

decision-word-granted = RIGHT OPEN
decision-word-denied = REFUSED
decision-word-review = TO BE LOOKED AT
decision-word-incomplete = INCOMPLETE
decision-incomplete-headline = Incomplete: a check could not be made
decision-incomplete-nothing-wrong = Nothing wrong was found.
decision-incomplete-text = Try again in a few minutes; if it goes on, tell whoever looks after this service.
decision-warning-status = Warning: the state of an attestation could not be looked up. This counter accepts it all the same.
decision-rule-version = rule of
decision-reasons = Why
decision-used = Attestations that count
decision-used-none = No attestation counts.
decision-same-person = They come from one satchel. Names were not asked: that they are of one person is not checked.
decision-rejected = Attestations set aside
decision-set-aside = { $issuer } — { $reasons }
decision-next = Next person
decision-again = Ask again
decision-checks = Checks made
decision-checks-caption = Attestation { $number }:
decision-check = Check
decision-result = Result
decision-legal-basis = Texts applied
decision-reference = Reference of the decision:

check-query = Answer to what was asked
reason-not_answered = The presentation does not give everything that was asked, or gives it in a form that cannot be read.

landing-title = You are asked for attestations
landing-right = To check a right: { $right }
landing-intro = Open your wallet: it shows what is asked, and nothing leaves without your consent.
landing-open = Open in my musette
landing-other-intro = Do you keep your attestations elsewhere?
landing-other = Open another wallet
landing-ended = This request has ended or run out of time. Ask for a new code at the counter.

done-title = Thank you, it is sent
done-text = Your attestations were given to { $asker }. The result shows at the counter.
done-close = You may close this page.
