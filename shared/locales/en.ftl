# Messages the three services share. Each service adds its own and may replace these.

app-name = Musette
app-tagline = Musette: your volunteer hours, attested and always with you.

base-skip = Skip to content
base-nav = Menu
base-other-language = Français

error-not-found-title = Page not found
error-not-found-text = This page does not exist, or no longer does. The address may be incomplete.
error-not-found-action = Back to the home page

error-method-title = This address does not open this way
error-method-text = You probably reloaded a step that was already over. Nothing is lost.
error-method-action = Back to the home page

error-internal-title = A problem on our side
error-internal-text = It did not work. Try again in a moment; if it goes on, give the number below to the person who looks after this service.
error-internal-action = Back to the home page
error-request-id = Problem number:

error-cross-site-title = Refused
error-cross-site-text = To be careful, we refuse what is sent from another site. Start again from our pages.
error-cross-site-action = Back to the home page

error-form-unreadable-title = Unreadable form
error-form-unreadable-text = What was sent is incomplete or damaged. Go back to the form and send it again.
error-form-unreadable-action = Back to the home page

error-form-too-large-title = Too large
error-form-too-large-text = What was sent is larger than we accept (8 MB for a file). Choose a smaller file.
error-form-too-large-action = Back to the home page

error-form-type-title = Unknown kind of form
error-form-type-text = What was sent does not have the expected shape. Use the form on the page.
error-form-type-action = Back to the home page

error-csrf-title = This page has expired
error-csrf-text = The page had been open for too long, or in another tab. Go back, reload it and start again.
error-csrf-action = Back to the home page

# The checks, by name.
check-structure = Attestation readable and whole
check-signature = Signature of the organisation
check-type = Kind of attestation
check-key_binding = Presented by the person it was given to
check-nonce = Presented for this request
check-audience = Presented to this desk
check-time = Dates of validity
check-status = Attestation not revoked
check-trust = Recognised organisation
check-type_metadata = Keeps the rules of its kind
check-schema = Has the shape its schema describes
check-resources = What it refers to is unchanged

outcome-passed = Check passed
outcome-failed = Check failed
outcome-skipped = Could not be checked

# Why a check failed or could not be made.
reason-malformed = The attestation is damaged or does not have the expected shape.
reason-wrong_signature = The signature does not belong to the organisation it names.
reason-unknown_key = The organisation does not publish the key that signed.
reason-issuer_unreachable = The organisation’s site did not answer: the signature could not be checked.
reason-issuer_unusable = The organisation’s site answered something else than its keys: the signature could not be checked.
reason-issuer_refused = The organisation’s address is not acceptable.
reason-no_authority = The organisation signs with a certificate, and no authority is set up here to check it against.
reason-unknown_authority = No authority we trust vouches for the organisation’s certificate.
reason-wrong_certificate = The organisation’s certificate is damaged, out of date, or belongs to another.
reason-wrong_type = This is not the kind of attestation that was asked for.
reason-not_bound = Nothing proves that the attestation belongs to the person who presents it.
reason-other_request = This presentation answers another request.
reason-other_verifier = This presentation was meant for another desk.
reason-expired = The attestation has expired.
reason-not_yet_valid = The attestation is not valid yet.
reason-stale_binding = The presentation is too old, or dated in the future.
reason-revoked = The organisation revoked this attestation.
reason-suspended = The organisation suspended this attestation.
reason-unknown_status = The organisation published a state that we do not know.
reason-status_unreachable = The state of the attestation could not be read: the organisation’s site did not answer.
reason-status_unusable = The state of the attestation could not be read: what the organisation publishes is unreadable or out of date.
reason-status_refused = The state published by the organisation cannot be relied on.
reason-no_status = The organisation publishes no state for this attestation: it cannot revoke it.
reason-unknown_issuer = The organisation is not on the trust list.
reason-issuer_not_then = The organisation was not recognised on the day it signed.
reason-no_trust_list = No usable trust list.
reason-stale_trust_list = The trust list should have been renewed.
reason-type_unreachable = The description of this kind of attestation could not be read: its rules were not checked.
reason-type_unusable = The description of this kind of attestation is not the one that was meant.
reason-against_type = The attestation does not keep the rules of its kind.
reason-schema_unreachable = The schema of the attestation could not be read: its shape was not checked.
reason-schema_unusable = The schema of the attestation is of a kind that is not known here: its shape was not checked.
reason-schema_refused = The schema of the attestation is damaged, or not the one that was meant.
reason-against_schema = The attestation does not have the shape its schema describes.
reason-resource_unreachable = A document the attestation refers to could not be read.
reason-resource_changed = A document the attestation refers to is no longer what it was.
reason-unavailable = This check depends on another that failed.
reason-not_needed = This check was not made: another that failed is enough to set the attestation aside.
