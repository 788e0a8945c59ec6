# La musette : ce que lisent les personnes. Le français est la langue d’origine.

app-name = Musette
app-tagline = Musette : vos attestations d’heures, toujours avec vous.

nav-path = Mon parcours
nav-present = Présenter
nav-add = Ajouter
nav-close = Fermer
nav-open-as = Musette ouverte : { $name }

landing-title = Vos heures bénévoles, dans votre musette
landing-what = Gardez ici les attestations que vos associations vous remettent, et présentez-les quand on vous les demande.
landing-step-collect = L’association vous envoie une invitation : un lien ou un QR code.
landing-step-keep = Vous l’ajoutez à votre musette, fermée à clé par votre phrase secrète.
landing-step-present = Au guichet, vous choisissez ce que vous montrez, et rien d’autre.
landing-safe = Fermée, votre musette n’est lisible par personne, pas même par nous : seule votre phrase secrète, ou votre code de secours imprimé, l’ouvre. Tant qu’elle est ouverte, notre service lit ce qu’elle contient pour vous le montrer et le présenter ; laissée de côté, elle se referme seule.
landing-create = Créer ma musette
landing-open = Ouvrir ma musette

create-title = Créer ma musette
create-intro = Deux choses suffisent : un nom et une phrase secrète.
create-name = Nom de votre musette
create-name-hint = Celui que vous voulez : votre prénom, un surnom. Il vous sera demandé à chaque ouverture.
create-name-error = Choisissez un nom de 1 à 60 caractères, sans numéro de sécurité sociale.
create-name-taken = Ce nom est déjà pris. Ajoutez une lettre ou un chiffre.
create-passphrase = Phrase secrète
create-passphrase-hint = 12 caractères au moins. Quelques mots sans rapport entre eux se retiennent bien.
create-passphrase-error = La phrase secrète doit avoir de 12 à 256 caractères.
create-again = La même phrase secrète, une seconde fois
create-again-error = Les deux phrases ne sont pas les mêmes.
create-submit = Créer ma musette
create-have-one = J’ai déjà une musette

open-title = Ouvrir ma musette
open-next = Ouvrez votre musette pour continuer. Vous reviendrez ensuite là où vous étiez.
open-name = Nom de votre musette
open-passphrase = Phrase secrète
open-submit = Ouvrir
open-wrong = Le nom et la phrase secrète ne vont pas ensemble. Vérifiez les deux et réessayez.
open-too-many = Trop d’essais. Par sécurité, attendez un quart d’heure avant de réessayer.
open-create = Je n’ai pas encore de musette
open-recover = J’ai oublié ma phrase secrète

recover-title = Rouvrir ma musette avec le code de secours
recover-intro = Le code de secours est celui que vous avez imprimé ou recopié en créant votre musette. Il vous permet de choisir une nouvelle phrase secrète.
recover-code = Code de secours
recover-code-hint = 28 lettres et chiffres, en groupes de quatre. Les espaces, les tirets et les majuscules ne comptent pas.
recover-code-error = Un caractère est faux ou il en manque. Relisez votre code groupe par groupe.
recover-passphrase = Nouvelle phrase secrète
recover-submit = Rouvrir ma musette
recover-wrong = Le nom et le code ne vont pas ensemble. Vérifiez les deux et réessayez.
recover-back = J’ai retrouvé ma phrase secrète

recovery-title = Votre code de secours
recovery-why = Si vous oubliez votre phrase secrète, seul ce code rouvrira votre musette. Imprimez cette page ou recopiez le code sur papier.
recovery-keep = Gardez-le chez vous, à l’abri. Ne le donnez à personne. Sans phrase secrète ni code, vos attestations seraient perdues.
recovery-confirm = Les quatre derniers caractères du code
recovery-confirm-hint = Pour être sûr que le code est bien noté. Ensuite, il ne sera plus affiché.
recovery-confirm-error = Ce ne sont pas les quatre derniers caractères du code. Relisez ce que vous avez noté.
recovery-submit = Mon code est en lieu sûr
recovery-later = Continuer, et le noter plus tard
recovery-done = Votre code de secours est noté. Par sécurité, il ne s’affiche plus.
recovery-to-path = Aller à mon parcours

path-title = Mon parcours
path-code-unconfirmed = Votre code de secours n’est pas encore noté.
path-code-link = Le noter maintenant
path-empty-title = Ajoutez votre première attestation
path-empty-text = Une association vous a envoyé un lien ou un QR code ? Ouvrez le lien, collez-le ici, ou envoyez une photo du QR code.
path-empty-action = Ajouter une attestation
path-total = Vos heures attestées
path-by-organisation = Heures par organisme
path-organisation = Organisme
path-hours = Heures
path-list = { $count ->
    [one] { $count } attestation
   *[other] { $count } attestations
}
path-days = du { $start } au { $end }
path-present = Présenter
path-add = Ajouter une attestation
path-history = Ce que j’ai partagé

kind-of-attestation = Attestation d’activité

add-title = Ajouter une attestation
add-intro = Apportez l’invitation que l’association vous a remise : son lien, ou une photo de son QR code.
add-link-hint = Collez ici le lien reçu par message ou par courriel.
add-continue-title = Une invitation à recevoir une attestation
add-continue-from = Cette invitation vient de :

present-title = Présenter mes attestations
present-intro = Apportez la demande du guichet : le lien affiché, ou une photo de son QR code. Vous verrez tout avant de partager.
present-link-hint = Collez ici le lien affiché à côté du QR code.
present-continue-title = Une demande de présenter vos attestations
present-continue-from = Cette demande vient de :

bring-link = Lien
bring-picture = Ou une photo du QR code
bring-picture-hint = Image PNG, JPEG ou WebP, 8 Mo au plus.
bring-submit = Continuer
bring-camera = Avec un téléphone, l’appareil photo ouvre directement le QR code.
bring-nothing = Collez un lien ou choisissez une image.
bring-unrecognised = Ce n’est ni une invitation ni une demande. Vérifiez que le lien est entier.
bring-unrecognised-title = Lien non reconnu
bring-unrecognised-text = Ce n’est ni une invitation ni une demande. Vérifiez que le lien est entier.
bring-unrecognised-action = Recommencer
bring-not-a-picture = Ce fichier n’est pas une image PNG, JPEG ou WebP.
bring-picture-too-large = L’image est trop grande. Recadrez-la autour du QR code.
bring-no-code = Aucun QR code n’a été trouvé. Reprenez la photo de plus près, bien droite et nette, ou collez le lien.

continue-nothing-yet = Rien n’a encore été demandé à ce site, et rien ne lui a été envoyé.
continue-host-hint = Vérifiez que c’est bien l’adresse que vous attendez. Une adresse qui commence par « xn-- » contient des lettres qui peuvent en imiter d’autres.
continue-submit = Continuer
continue-leave = Laisser

offer-title = Invitation
offer-heading = { $organisation } vous propose une attestation
offer-what = Quoi
offer-who = De la part de
offer-host = Site
offer-explain = L’attestation sera contrôlée, puis gardée dans votre musette. Personne d’autre ne la verra sans votre accord.
offer-code = Code reçu à part
offer-code-hint = L’association vous l’a donné par un autre moyen. Il ne sera envoyé qu’à { $host }.
offer-code-length = { $length ->
    [one] Il a { $length } caractère.
   *[other] Il a { $length } caractères.
}
offer-code-description = L’association précise : « { $text } »
offer-code-shape = Ce code n’a pas la forme attendue. Vérifiez le nombre de caractères.
offer-code-doubtful = L’organisme n’a pas accepté ce code, et son site ne dit pas si le code est faux ou si l’invitation est finie. Vérifiez le code et réessayez ; sinon, demandez une nouvelle invitation.
offer-code-wrong = { $tries ->
    [one] Ce n’est pas le bon code ({ $tries } essai). Après plusieurs essais faux, l’invitation se ferme.
   *[other] Ce n’est pas le bon code ({ $tries } essais). Après plusieurs essais faux, l’invitation se ferme.
}
offer-accept = Ajouter à ma musette
offer-refuse = Refuser
offer-resume-text = L’ajout a été interrompu. Nous gardons ce qu’il faut pour reprendre : ne tardez pas, l’organisme ne laisse souvent que quelques minutes.
offer-resume = Reprendre l’ajout
offer-refuse-interrupted = L’invitation a déjà servi. Si vous refusez maintenant, il en faudra une nouvelle pour avoir cette attestation.
offer-already-yours = Cette attestation est déjà dans votre musette.
offer-see = Voir l’attestation
offer-deleted = Vous aviez ajouté cette attestation, puis vous l’avez supprimée. Pour la retrouver, demandez à l’association d’en signer une nouvelle.
offer-refused = Vous avez refusé cette invitation. Si vous changez d’avis, ouvrez de nouveau le lien.
offer-refused-for-good = Vous avez refusé cette attestation alors que l’invitation avait déjà servi. Si vous changez d’avis, demandez une nouvelle invitation à l’association.
offer-unverified = L’attestation remise n’a pas passé tous les contrôles : elle n’a pas été gardée. Prévenez l’association et demandez-lui une nouvelle invitation.
offer-to-path = Mon parcours

offer-malformed-title = Invitation illisible
offer-malformed-text = Cette invitation est abîmée ou incomplète. Demandez à l’association de vous renvoyer le lien.
offer-malformed-action = Essayer un autre lien
offer-ambiguous-title = Invitation contradictoire
offer-ambiguous-text = Cette invitation dit deux choses à la fois. Par prudence, nous ne l’ouvrons pas. Prévenez l’association.
offer-ambiguous-action = Essayer un autre lien
offer-address-title = Adresse non sûre
offer-address-text = Cette invitation mène à une adresse qui n’est pas protégée. Nous n’y avons rien envoyé. Vérifiez d’où vient le lien.
offer-address-action = Essayer un autre lien
offer-grant-title = Invitation d’une autre sorte
offer-grant-text = Cette invitation demande de se connecter chez l’organisme, ce que cette musette ne sait pas encore faire. Demandez-lui une invitation par lien direct.
offer-grant-action = Essayer un autre lien
offer-too-large-title = Invitation trop longue
offer-too-large-text = Cette invitation dépasse la taille acceptée. Demandez à l’association de vous renvoyer le lien.
offer-too-large-action = Essayer un autre lien
offer-metadata-title = Organisme mal décrit
offer-metadata-text = Le site de l’organisme se décrit d’une façon que nous ne pouvons pas lire. Le problème est chez lui : prévenez-le.
offer-metadata-action = Revenir
offer-other-issuer-title = Ce site se fait passer pour un autre
offer-other-issuer-text = Le site annonce une autre adresse que la sienne. Par prudence, nous nous arrêtons là : aucun code ne lui a été envoyé. Vérifiez d’où vient le lien.
offer-other-issuer-action = Revenir
offer-unknown-kind-title = Attestation introuvable
offer-unknown-kind-text = L’invitation promet une attestation que l’organisme ne propose pas. Prévenez-le.
offer-unknown-kind-action = Revenir
offer-format-title = Format non reconnu
offer-format-text = Cette attestation est dans un format que cette musette ne connaît pas. Rien n’a été ajouté.
offer-format-action = Revenir
offer-unreachable-title = Le site de l’organisme ne répond pas
offer-unreachable-text = Il est peut-être arrêté pour un moment. L’invitation n’a pas été utilisée : vous pourrez réessayer.
offer-unreachable-action = Réessayer
offer-unconfirmed-title = L’organisme n’a pas confirmé
offer-unconfirmed-text = Nous lui avons envoyé l’invitation, et son site n’a pas répondu. Elle a peut-être été utilisée. Réessayez ; si elle n’est plus valable, demandez une nouvelle invitation à l’association.
offer-unconfirmed-action = Réessayer
offer-interrupted-title = L’ajout a été interrompu
offer-interrupted-text = Le site de l’organisme a cessé de répondre en cours de route. Nous gardons ce qu’il faut pour reprendre : réessayez dans les minutes qui viennent. Si cela échoue encore, demandez à l’association de signer une nouvelle attestation.
offer-interrupted-action = Reprendre l’ajout
offer-answer-title = Réponse inattendue de l’organisme
offer-answer-text = Le site de l’organisme a répondu quelque chose que nous ne pouvons pas utiliser. Rien n’a été ajouté. Réessayez plus tard, ou prévenez-le.
offer-answer-action = Revenir
offer-foreign-server-title = Invitation suspecte
offer-foreign-server-text = Cette invitation voudrait envoyer votre code à un site que l’organisme ne reconnaît pas. Nous n’avons rien envoyé.
offer-foreign-server-action = Revenir
offer-encryption-title = Chiffrement non pris en charge
offer-encryption-text = L’organisme exige un chiffrement que cette musette ne sait pas encore faire. Rien n’a été ajouté.
offer-encryption-action = Revenir
offer-ended-title = Cette invitation n’est plus valable
offer-ended-text = Elle a expiré, a été annulée ou a déjà servi. Demandez une nouvelle invitation à l’association.
offer-ended-action = Revenir
offer-token-ended-title = L’ajout a été interrompu trop longtemps
offer-token-ended-text = L’invitation a été utilisée, mais l’attestation n’a pas pu être reçue à temps. Demandez une nouvelle invitation à l’association.
offer-token-ended-action = Revenir
offer-denied-title = L’organisme refuse de remettre l’attestation
offer-denied-text = Il n’en dit pas la raison. Demandez-la-lui, et une nouvelle invitation s’il y a lieu.
offer-denied-action = Revenir
offer-deferred-title = Attestation pas encore prête
offer-deferred-text = L’organisme la remettra plus tard, et cette musette ne sait pas encore attendre. Demandez-lui une nouvelle invitation quand elle sera prête.
offer-deferred-action = Revenir
offer-unreadable-title = Attestation illisible ou d’un autre organisme
offer-unreadable-text = Ce que le site a remis n’est pas une attestation signée par cet organisme. Rien n’a été ajouté. Prévenez l’association et demandez-lui une nouvelle invitation.
offer-unreadable-action = Revenir

unverified-title = Attestation non ajoutée
unverified-text = L’attestation remise par { $organisation } n’a pas passé tous les contrôles. Rien n’a été ajouté à votre musette.
unverified-checks = Ce qui ne va pas
unverified-retry-text = Il s’agit peut-être d’une panne passagère. Ce qui a été reçu est gardé fermé à clé : vous pouvez refaire les contrôles.
unverified-retry = Refaire les contrôles
unverified-final-text = Prévenez l’association et demandez-lui une nouvelle invitation.

attestation-collected = ajoutée le { $date }
attestation-content = Ce que dit l’attestation
attestation-host = Site de l’organisme
attestation-check = Contrôler maintenant
attestation-check-hint = Le contrôle demande au site de l’organisme si l’attestation tient toujours.
attestation-shares = Partages
attestation-no-share = Vous n’avez encore montré cette attestation à personne.
attestation-delete = Supprimer cette attestation
attestation-delete-warning = Elle disparaîtra de votre musette, sans retour possible. Son invitation a déjà servi : pour la retrouver, il faudra demander à l’association d’en signer une nouvelle.
attestation-delete-confirm = Supprimer pour toujours

standing-good = Contrôlée le { $date } : rien à signaler. Seul le guichet qui la vérifie peut dire si elle vous ouvre un droit.
standing-status-unchecked = Contrôlée le { $date } : signature correcte, mais l’organisme n’a pas pu dire si elle est toujours en cours.
standing-revoked = Révoquée par l’organisme (constaté le { $date }). Elle ne compte plus dans vos heures.
standing-suspended = Suspendue par l’organisme (constaté le { $date }).
standing-expired = Expirée (constaté le { $date }). Elle ne compte plus dans vos heures.
standing-doubtful = Au contrôle du { $date }, cette attestation ne correspond plus à ce que l’organisme publie. Contactez-le.
standing-unknown = Le { $date }, le site de l’organisme ne répondait pas : le contrôle n’a pas pu être fait.
standing-unconfirmed-title = Le contrôle n’a pas pu être fait
standing-unconfirmed-text = Le site de l’organisme ne dit pas où en est cette attestation. Ce qui avait été constaté auparavant reste noté.
standing-unconfirmed-action = Revenir à l’attestation
standing-short-good = en cours
standing-short-unknown = à contrôler
standing-short-revoked = révoquée
standing-short-suspended = suspendue
standing-short-expired = expirée
standing-short-doubtful = à éclaircir

request-title = Partager vos informations ?
request-host = Qui demande
request-name = Nom annoncé
request-name-unverified = nom non vérifié
request-no-name = Aucun nom donné
request-purpose = Pourquoi
request-no-purpose = Aucune raison donnée. Soyez prudent.
request-only-shown = Seul ce qui est écrit ci-dessous sera partagé. Décochez ce que vous ne voulez pas montrer.
request-required = nécessaire
request-optional = facultatif
request-shared = Sera partagé
request-shares-nothing = Rien d’autre que l’existence de l’attestation.
request-kept-back = Restera dans votre musette
request-always = Avec chaque attestation partent toujours : sa nature, l’adresse de l’organisme qui l’a signée, ses dates de validité, la clé qui prouve qu’elle est à vous et de quoi contrôler qu’elle n’est pas révoquée.
request-warning = Ces informations iront à { $host }. Partagez-les seulement si vous y êtes, ou si vous vous y attendez.
request-share = Partager
request-refuse = Ne pas partager
request-choice-unfit = Un des choix ne répond pas à la demande. Choisissez de nouveau.
request-choice-several = Choisissez une seule attestation par question.
request-choice-too-many = Un guichet ne prend pas plus de 64 attestations à la fois. Décochez-en.
request-choice-missing = Il manque une attestation nécessaire. Cochez au moins une attestation pour chaque partie nécessaire, ou ne partagez pas.

lacking-title = Il vous manque une attestation
lacking-text = Vous n’avez pas de quoi répondre à cette demande. Rien n’a été partagé.
lacking-claims = Elle doit dire :
lacking-who = L’association où vous avez donné de votre temps peut vous remettre une attestation. Demandez-lui une invitation.
lacking-refuse = Répondre que je ne partage pas

sending-title = Réponse peut-être arrivée
sending-text = Vous avez accepté de partager, mais { $host } n’a pas confirmé. Regardez l’écran du guichet : si rien ne s’affiche, envoyez de nouveau. On ne vous redemandera pas votre accord.
sending-retry = Envoyer de nouveau
sending-receipt = Voir ce qui est partagé

request-ambiguous-title = Demande contradictoire
request-ambiguous-text = Cette demande dit deux choses à la fois, ou n’est pas entière. Par prudence, nous ne l’ouvrons pas.
request-ambiguous-action = Essayer un autre lien
request-address-title = Adresse non sûre
request-address-text = Cette demande mène à une adresse qui n’est pas protégée. Nous n’y avons rien envoyé.
request-address-action = Essayer un autre lien
request-client-title = Demandeur non reconnaissable
request-client-text = La personne qui demande se présente d’une façon que cette musette ne sait pas contrôler. Rien n’a été envoyé.
request-client-action = Essayer un autre lien
request-unreachable-title = Le guichet ne répond pas
request-unreachable-text = Son site n’a pas répondu. Rien n’a été partagé. Réessayez dans un instant.
request-unreachable-action = Réessayer
request-ended-title = Cette demande n’existe plus
request-ended-text = Elle a expiré ou a déjà reçu une réponse. Demandez un nouveau QR code au guichet.
request-ended-action = Apporter une autre demande
request-answer-title = Réponse inattendue du guichet
request-answer-text = Le site du guichet a répondu quelque chose que nous ne pouvons pas lire. Rien n’a été partagé.
request-answer-action = Revenir
request-identity-title = Demandeur introuvable
request-identity-text = L’identité annoncée par cette demande ne peut pas être contrôlée. Rien n’a été partagé.
request-identity-action = Revenir
request-malformed-title = Demande illisible
request-malformed-text = Cette demande est abîmée ou n’a pas la forme attendue. Rien n’a été partagé. Prévenez le guichet.
request-malformed-action = Revenir
request-other-client-title = Cette demande vient de quelqu’un d’autre
request-other-client-text = La demande n’est pas de celui que le lien annonçait. Par prudence, nous nous arrêtons là.
request-other-client-action = Revenir
request-signature-title = Demande non signée par celui qu’elle nomme
request-signature-text = La signature ne correspond pas au demandeur annoncé. Quelqu’un se fait peut-être passer pour lui. Rien n’a été partagé.
request-signature-action = Revenir
request-replayed-title = Demande déjà servie
request-replayed-text = Cette demande n’a pas été faite pour vous, maintenant. Demandez un nouveau QR code au guichet.
request-replayed-action = Revenir
request-leak-title = La réponse irait ailleurs
request-leak-text = Cette demande voudrait envoyer vos informations à une autre adresse que celle du demandeur. Nous ne l’ouvrons pas.
request-leak-action = Revenir
request-transaction-title = Demande d’une sorte inconnue
request-transaction-text = Cette demande veut vous faire approuver autre chose qu’un partage, ce que cette musette ne sait pas montrer. Rien n’a été partagé.
request-transaction-action = Revenir
request-encryption-title = Réponse impossible à protéger
request-encryption-text = Le demandeur ne permet pas de chiffrer la réponse pour lui seul. Rien n’a été partagé.
request-encryption-action = Revenir
request-expired-title = Cette demande a expiré
request-expired-text = Rien n’a été partagé. Demandez un nouveau QR code au guichet.
request-expired-action = Apporter une autre demande
request-gone-title = Une attestation n’est plus là
request-gone-text = Une attestation que vous aviez accepté de partager a été supprimée depuis. Demandez un nouveau QR code au guichet.
request-gone-action = Revenir

answer-unconfirmed-title = Le guichet n’a pas confirmé
answer-unconfirmed-text = Votre réponse est partie, mais le site du guichet n’a pas répondu. Vous pouvez l’envoyer de nouveau : on ne vous redemandera pas votre accord.
answer-unconfirmed-action = Continuer
answer-not-taken-title = Le guichet n’a pas pris la réponse
answer-not-taken-text = La demande a peut-être expiré, ou la réponse était déjà arrivée. Regardez l’écran du guichet ; au besoin, demandez un nouveau QR code.
answer-not-taken-action = Continuer

receipt-shared = Partagé
receipt-refused = Rien n’a été partagé
receipt-unconfirmed = Envoyé, sans confirmation
receipt-unconfirmed-text = Le guichet n’a pas confirmé avoir reçu ces informations.
receipt-on = Quand
receipt-next = Continuer chez le guichet
receipt-what = Ce qui a été partagé
receipt-nothing = Aucune information n’a quitté votre musette.
receipt-decision = La décision appartient au guichet : c’est son écran qui la dit.

share-shared = partagé
share-refused = non partagé
share-unconfirmed = sans confirmation

history-title = Ce que j’ai partagé
history-intro = Cette liste est fermée à clé avec votre musette.
history-empty = Vous n’avez encore rien partagé.

claim-given-name = Prénom
claim-family-name = Nom
claim-age-over-16 = A 16 ans ou plus
claim-issuing-organization-legal-name = Organisme
claim-issuing-organization-rna = Numéro RNA de l’organisme
claim-issuing-organization-siren = Numéro SIREN de l’organisme
claim-issuing-organization-siret = Numéro SIRET de l’organisme
claim-activity-ref = Référence de l’activité
claim-activity-kind = Nature de l’activité
claim-activity-role = Rôle
claim-activity-paid = Activité payée
claim-activity-start-date = Premier jour
claim-activity-end-date = Dernier jour
claim-activity-minutes = Temps en tout
claim-activity-breakdown = Temps par année
claim-activity-mission = Mission
claim-activity-assurance = Comment c’est connu
claim-iat = Date de signature
claim-sub = Votre identifiant chez l’organisme
claim-aud = Destinataire prévu
claim-jti = Numéro de l’attestation
claim-year = { $year } : { $hours }

role-dirigeant = Dirigeant ou dirigeante
role-encadrant-benevoles = Encadre d’autres bénévoles
role-benevole = Bénévole
role-salarie = Salarié ou salariée
kind-benevolat-associatif = Bénévolat en association
kind-salariat = Emploi salarié
kind-spv = Sapeur-pompier volontaire
kind-plateforme-contributive = Contribution à une plateforme libre
assurance-attested = Attesté par l’organisme
assurance-evidenced = Étayé par des preuves
assurance-self-asserted = Déclaré par la personne

value-yes = oui
value-no = non
value-none = non précisé
