# Messages que les trois services partagent. Chaque service ajoute les siens et peut remplacer ceux-ci.

app-name = Musette
app-tagline = Musette : vos heures bénévoles, attestées et toujours avec vous.

base-skip = Aller au contenu
base-nav = Menu
base-other-language = English

error-not-found-title = Page introuvable
error-not-found-text = Cette page n’existe pas ou n’existe plus. L’adresse est peut-être incomplète.
error-not-found-action = Revenir à l’accueil

error-method-title = Cette adresse ne s’ouvre pas ainsi
error-method-text = Vous avez sans doute rechargé une étape déjà passée. Rien n’a été perdu.
error-method-action = Revenir à l’accueil

error-internal-title = Un problème de notre côté
error-internal-text = L’opération n’a pas abouti. Réessayez dans un instant ; si cela continue, donnez le numéro ci-dessous à la personne qui s’occupe de ce service.
error-internal-action = Revenir à l’accueil
error-request-id = Numéro du problème :

error-cross-site-title = Demande refusée
error-cross-site-text = Par prudence, nous refusons ce qui est envoyé depuis un autre site. Recommencez depuis nos pages.
error-cross-site-action = Revenir à l’accueil

error-form-unreadable-title = Formulaire illisible
error-form-unreadable-text = Ce qui a été envoyé est incomplet ou abîmé. Revenez au formulaire et envoyez-le de nouveau.
error-form-unreadable-action = Revenir à l’accueil

error-form-too-large-title = Envoi trop lourd
error-form-too-large-text = Ce qui a été envoyé dépasse la taille acceptée (8 Mo pour un fichier). Choisissez un fichier plus petit.
error-form-too-large-action = Revenir à l’accueil

error-form-type-title = Type d’envoi non reconnu
error-form-type-text = Ce qui a été envoyé n’a pas la forme attendue. Utilisez le formulaire de la page.
error-form-type-action = Revenir à l’accueil

error-csrf-title = Cette page a expiré
error-csrf-text = La page était ouverte depuis trop longtemps ou dans un autre onglet. Revenez en arrière, rechargez-la et recommencez.
error-csrf-action = Revenir à l’accueil

# Les contrôles, par leur nom.
check-structure = Attestation lisible et entière
check-signature = Signature de l’organisme
check-type = Type d’attestation
check-key_binding = Présentée par la personne à qui elle a été remise
check-nonce = Présentée pour cette demande
check-audience = Présentée à ce guichet
check-time = Dates de validité
check-status = Attestation non révoquée
check-trust = Organisme reconnu
check-type_metadata = Respecte les règles de son type
check-schema = A la forme que décrit son schéma
check-resources = Documents cités inchangés

outcome-passed = Contrôle réussi
outcome-failed = Contrôle en échec
outcome-skipped = Contrôle impossible

# Pourquoi un contrôle a échoué ou n’a pas pu être fait.
reason-malformed = L’attestation est abîmée ou n’a pas la forme attendue.
reason-wrong_signature = La signature ne correspond pas à l’organisme annoncé.
reason-unknown_key = L’organisme ne publie pas la clé qui a servi à signer.
reason-issuer_unreachable = Le site de l’organisme n’a pas répondu : la signature n’a pas pu être contrôlée.
reason-issuer_unusable = Le site de l’organisme a répondu autre chose que ses clés : la signature n’a pas pu être contrôlée.
reason-issuer_refused = L’adresse de l’organisme n’est pas acceptable.
reason-no_authority = L’organisme signe avec un certificat, et aucune autorité n’est réglée ici pour le contrôler.
reason-unknown_authority = Aucune autorité reconnue ici ne garantit le certificat de l’organisme.
reason-wrong_certificate = Le certificat de l’organisme est abîmé, périmé, ou appartient à un autre.
reason-wrong_type = Ce n’est pas le type d’attestation demandé.
reason-not_bound = Rien ne prouve que l’attestation appartient à la personne qui la présente.
reason-other_request = Cette présentation répond à une autre demande.
reason-other_verifier = Cette présentation était destinée à un autre guichet.
reason-expired = L’attestation a expiré.
reason-not_yet_valid = L’attestation n’est pas encore valable.
reason-stale_binding = La présentation est trop ancienne, ou datée dans le futur.
reason-revoked = L’organisme a révoqué cette attestation.
reason-suspended = L’organisme a suspendu cette attestation.
reason-unknown_status = L’organisme a publié un état que nous ne connaissons pas.
reason-status_unreachable = L’état de l’attestation n’a pas pu être consulté : le site de l’organisme n’a pas répondu.
reason-status_unusable = L’état de l’attestation n’a pas pu être consulté : ce que publie l’organisme est illisible ou périmé.
reason-status_refused = L’état publié par l’organisme n’est pas fiable.
reason-no_status = L’organisme ne publie pas d’état pour cette attestation : il ne peut pas la révoquer.
reason-unknown_issuer = L’organisme n’est pas sur la liste de confiance.
reason-issuer_not_then = L’organisme n’était pas reconnu à la date de la signature.
reason-no_trust_list = Aucune liste de confiance utilisable.
reason-stale_trust_list = La liste de confiance aurait dû être renouvelée.
reason-type_unreachable = La description de ce type d’attestation n’a pas pu être lue : ses règles n’ont pas été contrôlées.
reason-type_unusable = La description de ce type d’attestation n’est pas celle qui était prévue.
reason-against_type = L’attestation ne respecte pas les règles de son type.
reason-schema_unreachable = Le schéma de l’attestation n’a pas pu être lu : sa forme n’a pas été contrôlée.
reason-schema_unusable = Le schéma de l’attestation est d’une sorte inconnue ici : sa forme n’a pas été contrôlée.
reason-schema_refused = Le schéma de l’attestation est abîmé, ou n’est pas celui qui était prévu.
reason-against_schema = L’attestation n’a pas la forme que décrit son schéma.
reason-resource_unreachable = Un document cité par l’attestation n’a pas pu être lu.
reason-resource_changed = Un document cité par l’attestation n’est plus ce qu’il était.
reason-unavailable = Ce contrôle dépend d’un autre qui a échoué.
reason-not_needed = Ce contrôle n’a pas été fait : un autre, en échec, suffit à écarter l’attestation.
