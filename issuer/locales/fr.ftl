# Messages de l’émetteur. Le français est la langue d’origine.

app-name = Musette des associations
app-tagline = Les heures de vos bénévoles, signées par vous, remises à chacun.

yes = oui
unsaid = non précisé
pages = Pages
pages-previous = Page précédente
pages-next = Page suivante
period = du { $first } au { $last }
table-first = { $count ->
    [one] Seule la première est affichée.
   *[other] Seules les { $count } premières sont affichées.
}

nav-sign-out = Se déconnecter

sign-in-title = Se connecter
sign-in-text = Cet espace est celui de la personne qui signe les attestations pour son association.
sign-in-organisation = Nom court de l’association
sign-in-organisation-hint = Celui de votre adresse, par exemple : les-paniers-du-vallon
sign-in-passphrase = Phrase de passe
sign-in-action = Se connecter
sign-in-refused = Le nom ou la phrase de passe ne convient pas. Vérifiez les majuscules et réessayez.
sign-in-too-many = Trop d’essais. Attendez un quart d’heure, puis réessayez.

home-title = Vos attestations
home-new = Nouvelle série
home-empty-title = Aucune attestation encore
home-empty-text = Commencez par votre tableau d’heures : une ligne par séance. Vous pourrez tout vérifier avant de signer.
home-model = Télécharger un tableau modèle
home-figures = En bref
home-signed = { $count ->
    [one] attestation signée
   *[other] attestations signées
}
home-collected = { $count ->
    [one] récupérée
   *[other] récupérées
}
home-waiting = { $count ->
    [one] pas encore récupérée
   *[other] pas encore récupérées
}
home-batches = Vos séries
home-file = Fichier
home-date = Date
home-state = État
home-attestations = Attestations
home-refused = Lignes refusées
home-state-signed = Signée
home-state-draft = À vérifier
home-collected-of = { $collected } sur { $total }

batch-new-title = Nouvelle série
batch-new-text = Donnez votre tableau d’heures. Rien n’est signé avant que vous l’ayez vérifié.
batch-new-file = Votre fichier
batch-new-file-hint = Un fichier CSV, comme l’enregistrent Excel ou LibreOffice. 8 Mo et 50 000 lignes au plus.
batch-new-pasted = Ou collez vos cellules ici
batch-new-pasted-hint = Copiez-les depuis votre tableur, avec la ligne d’en-tête.
batch-new-action = Vérifier
batch-new-columns = Les colonnes attendues
batch-new-columns-text = Nom, Prénom, Date et Durée (ou Début et Fin) sont nécessaires. Mission, Fonction, « 16 ans ou plus » et E-mail sont lues si elles y sont. Une ligne est une séance : les heures d’une même personne dans une même fonction sont additionnées.
batch-pasted = Cellules collées
batch-unnamed = Fichier sans nom

sheet-empty = Il n’y a rien à lire. Choisissez un fichier ou collez vos cellules.
sheet-too-large = Le fichier dépasse 8 Mo. Partagez-le en plusieurs fichiers, par exemple un par trimestre.
sheet-workbook = Ce fichier est un classeur. Dans votre tableur, choisissez « Enregistrer sous », puis le format CSV, et donnez ce nouveau fichier.
sheet-not-text = Ce fichier n’est pas un tableau CSV. Enregistrez votre tableau au format CSV et réessayez.
sheet-no-header = Nous n’avons pas trouvé la ligne d’en-tête (Nom, Prénom, Date, Durée) dans les dix premières lignes. Nous avons lu : { $found }.
sheet-missing-columns = Il manque une colonne : { $missing }. Colonnes trouvées : { $found }.
sheet-repeated-column = Deux colonnes veulent dire la même chose ({ $column }) : { $found }. Gardez-en une.
sheet-too-many-columns = La ligne { $line } a plus de 64 cellules.
sheet-too-many-rows = Le fichier a plus de 50 000 lignes. Partagez-le en plusieurs fichiers.
sheet-unclosed-quote = Un guillemet ouvert à la ligne { $line } n’est jamais fermé : la suite ne peut pas être lue. Corrigez cette ligne et réessayez.
sheet-no-rows = L’en-tête est là, mais aucune ligne ne suit.

column-name = Personne
column-family-name = Nom
column-given-name = Prénom
column-date = Date
column-start = Début
column-end = Fin
column-duration = Durée
column-mission = Mission
column-role = Fonction
column-over-16 = 16 ans ou plus
column-email = E-mail
column-hours = Heures
column-sessions = Séances
column-period = Période
column-state = État
column-invitation = Invitation

role-dirigeant = Dirigeant ou dirigeante
role-encadrant = Encadrement de bénévoles
role-benevole = Bénévole
role-salarie = Salarié ou salariée

refused-title = { $count ->
    [one] Une ligne refusée
   *[other] { $count } lignes refusées
}
refused-text = Ces lignes ne sont pas comptées. Corrigez-les dans votre tableau et donnez-le de nouveau, en entier : ce qui est déjà signé est laissé de côté.
refused-download = Télécharger les lignes refusées
refused-line = Ligne
refused-column = Colonne
refused-value = Valeur
refused-reason = Raison

refusal-missing-name = Le nom ou le prénom manque.
refusal-too-long = Le texte est trop long.
refusal-invisible = Le texte contient des caractères invisibles.
refusal-social-security-number = Un numéro de sécurité sociale n’a pas le droit d’être ici. Effacez-le de votre tableau.
refusal-more-cells-than-header = La ligne a plus de cellules que l’en-tête. Une virgule ou un point-virgule s’est sans doute glissé dans une cellule.
refusal-swallowed-rows = Un guillemet ouvert ici n’est refermé qu’à la ligne { $line } : rien n’a été lu entre les deux. Effacez ce guillemet ou, si la cellule a vraiment plusieurs lignes, mettez son texte sur une seule.
refusal-missing-date = La date manque.
refusal-not-a-date = Ce n’est pas une date. Écrivez-la comme ceci : 12/03/2025.
refusal-two-digit-year = Écrivez l’année en quatre chiffres.
refusal-impossible-date = Ce jour n’existe pas. Écrivez le jour, puis le mois : 12/03/2025 est le 12 mars.
refusal-future-date = Cette date n’est pas encore passée.
refusal-too-old = Cette date est antérieure à l’an 2000.
refusal-missing-duration = La durée manque.
refusal-not-a-duration = Ce n’est pas une durée. Écrivez par exemple 2h30, 2:30, 2,5 ou 150 min.
refusal-ambiguous-duration = On ne sait pas combien de minutes cela fait. Écrivez deux chiffres après le h : 2h05 ou 2h50.
refusal-not-positive = La durée doit être plus grande que zéro.
refusal-over-a-day = Une séance dure 24 heures au plus.
refusal-not-a-time = Ce n’est pas une heure. Écrivez par exemple 14:30 ou 14h30.
refusal-missing-time = Il manque l’heure de début ou de fin.
refusal-end-before-start = La fin doit venir après le début, le même jour.
refusal-duration-mismatch = La durée ne correspond pas aux heures de début et de fin, qui font { $between }.
refusal-unknown-role = Cette fonction n’est pas connue. Écrivez par exemple président, trésorière, membre du CA, encadrant, référente bénévoles, bénévole.
refusal-not-yes-or-no = Répondez par oui ou non.
refusal-not-an-email = Ce n’est pas une adresse e-mail.
refusal-age-contradicted = La ligne { $line } dit le contraire pour la même personne. Écrivez la même réponse à toutes ses lignes.
refusal-homonym = Deux personnes portent ce nom avec des adresses différentes : indiquez ici l’adresse de la bonne.
refusal-duplicate = La même séance figure déjà à la ligne { $line }.
refusal-already-signed = Cette séance a déjà été signée, dans une série du { $date }. Rien à corriger : elle n’est pas comptée deux fois.
refusal-day-overfull = Avec cette ligne, la personne dépasse 24 heures ce jour-là.

batch-draft-title = Vérifier avant de signer
batch-draft-file = Fichier lu : { $file }
batch-draft-attestations = { $count ->
    [one] attestation
   *[other] attestations
}
batch-draft-hours = en tout
batch-draft-accepted = { $count ->
    [one] ligne comptée
   *[other] lignes comptées
}
batch-draft-refused = { $count ->
    [one] ligne refusée
   *[other] lignes refusées
}
batch-draft-none = Aucune ligne n’a pu être comptée. Voyez les raisons ci-dessous, corrigez ou complétez votre tableau, puis donnez-le de nouveau.
batch-draft-again = Donner un autre fichier
batch-draft-tx-code = Demander aussi un code à six chiffres
batch-draft-tx-code-hint = Plus sûr si les liens voyagent par e-mail : vous donnez le code à chacun par un autre moyen.
batch-draft-left-out = { $count ->
    [one] La ligne refusée sera laissée de côté.
   *[other] Les { $count } lignes refusées seront laissées de côté.
}
batch-draft-sign = { $count ->
    [one] Signer l’attestation
   *[other] Signer les { $count } attestations
}
batch-draft-people = Ce qui sera signé
batch-draft-reading = Comment le fichier a été lu
batch-draft-column = Colonne « { $header } » = { $meaning }
batch-draft-ignored = Colonnes non lues : { $headers }
batch-draft-encoding = Écriture : { $encoding }
batch-draft-discard = Abandonner cette série

batch-followed-title = Suivi de la série
batch-followed-file = Fichier { $file }, signé le { $date }.
batch-followed-collected = attestations récupérées
batch-followed-text = Remettez à chaque personne son invitation : ouvrez sa ligne pour montrer le QR code ou copier le lien.
batch-followed-people = Personne par personne
batch-followed-link = Invitation de { $name }
batch-followed-home = Revenir à l’accueil

progress-pending = À récupérer
progress-redeemed = Récupération en cours
progress-interrupted = Récupération interrompue
progress-issued = Récupérée
progress-revoked = Révoquée
progress-expired = Invitation expirée
progress-wrong-codes = Bloquée après cinq mauvais codes
progress-withdrawn = Retirée

attestation-title = Attestation de { $name }
attestation-revoked = Révoquée le { $date }. Raison : { $reason }
attestation-withdrawn = Retirée le { $date }, avant d’être récupérée. Raison : { $reason }
attestation-invitation = L’invitation
attestation-invitation-text = La personne scanne ce QR code ou ouvre ce lien pour récupérer son attestation, jusqu’au { $date }. Le lien ne sert qu’une fois.
attestation-qr = QR code de l’invitation à récupérer l’attestation
attestation-link = Le même lien, à copier
attestation-tx-code = Le code à lui donner :
attestation-tx-code-hint = Donnez-le de vive voix, par téléphone ou par SMS, jamais avec le lien. Au cinquième mauvais code, l’invitation est bloquée.
attestation-open = Ouvrir l’invitation
attestation-wallet-form = Le portefeuille ne reconnaît pas ce QR code
attestation-page-form = Revenir au QR code pour appareil photo
attestation-by-value = L’invitation elle-même, à coller dans un portefeuille qui ne lit pas d’adresse
attestation-content = Ce que dit l’attestation
attestation-year = Dont en { $year }
attestation-signed-on = Signée le
attestation-collected-on = Récupérée le
attestation-batch = Revenir à la série
attestation-again = Refaire l’invitation
attestation-again-text = Si le lien est perdu, expiré ou bloqué, ou si la récupération s’est interrompue, faites-en un nouveau. L’ancien cesse de fonctionner.
attestation-again-action = Faire une nouvelle invitation

revoke-title = Reprendre l’attestation
revoke-text-collected = L’attestation restera chez la personne, mais tout contrôle dira qu’elle est révoquée. C’est définitif.
revoke-text-waiting = L’invitation cessera de fonctionner. C’est définitif.
revoke-reason = Raison
revoke-reason-hint = Par exemple : heures comptées deux fois. Pas de renseignement personnel.
revoke-reason-empty = Dites pourquoi, en quelques mots.
revoke-action = Révoquer

invitation-title = { $organisation } vous remet une attestation
invitation-text = Elle dit ce que vous avez fait comme bénévole. Vous verrez de qui elle vient avant de l’accepter, et vous seul choisirez à qui la montrer.
invitation-tx-code = Gardez sous la main le code à six chiffres que l’association vous a donné.
invitation-add = Ajouter à ma musette
invitation-expires = À récupérer jusqu’au { $date }.
invitation-other = Un autre portefeuille
invitation-other-text = Vous avez déjà un autre portefeuille d’attestations ? Ouvrez ce lien dans votre téléphone, ou scannez ce QR code avec votre portefeuille.
invitation-other-open = Ouvrir dans un autre portefeuille
invitation-qr = QR code de l’attestation remise par { $organisation }
invitation-link = Le même lien, à copier

invitation-collected-title = Cette attestation a déjà été récupérée
invitation-collected-text = Ce lien ne sert qu’une fois, et quelqu’un l’a déjà utilisé.
invitation-collected-next = Si c’était vous, l’attestation est dans votre musette. Sinon, prévenez { $organisation }.
invitation-interrupted-title = La récupération n’est pas terminée
invitation-interrupted-text = Ce lien ne sert qu’une fois, et il a été ouvert dans un portefeuille qui n’a pas encore reçu l’attestation.
invitation-interrupted-next = Si c’est vous, attendez quelques minutes et regardez dans votre musette. Si l’attestation n’y est pas, demandez une nouvelle invitation à { $organisation } : rien n’est perdu.
invitation-expired-title = Cette invitation a expiré
invitation-expired-text = Elle n’a pas été utilisée à temps. Rien n’est perdu : l’attestation existe toujours.
invitation-expired-next = Demandez un nouveau lien à { $organisation }.
invitation-wrong-codes-title = Cette invitation est bloquée
invitation-wrong-codes-text = Le code a été mal tapé cinq fois. Par sécurité, ce lien ne fonctionne plus.
invitation-wrong-codes-next = Demandez un nouveau lien à { $organisation }.
invitation-withdrawn-title = Cette attestation a été retirée
invitation-withdrawn-text = L’association l’a retirée avant qu’elle soit récupérée.
invitation-withdrawn-next = Demandez des explications à { $organisation }.
invitation-replaced-title = Il y a un lien plus récent
invitation-replaced-text = L’association a refait votre invitation : celle-ci ne fonctionne plus.
invitation-replaced-next = Utilisez le dernier lien reçu de { $organisation }.

error-unknown-title = Introuvable
error-unknown-text = Cette page n’existe pas, ou n’appartient pas à votre association.
error-unknown-action = Revenir à l’accueil
error-invitation-title = Invitation inconnue
error-invitation-text = Ce lien est incomplet ou abîmé. Ouvrez-le de nouveau depuis le message reçu, ou demandez-en un autre à votre association.
error-invitation-action = Revenir à l’accueil
error-already-signed-title = Ce fichier a déjà été signé
error-already-signed-text = Le même fichier, à l’identique, a déjà donné des attestations, et il n’a rien de nouveau. Complétez ou corrigez votre tableau, puis donnez-le de nouveau : ce qui est déjà signé est laissé de côté.
error-already-signed-action = Voir la série déjà signée
error-signed-since-title = Des séances ont été signées entre-temps
error-signed-since-text = Depuis que vous avez donné ce fichier, une autre série a signé certaines de ses séances : elles compteraient deux fois. Rien n’a été signé ici. Donnez le fichier de nouveau : ce qui est déjà signé est laissé de côté.
error-signed-since-action = Donner le fichier de nouveau
error-not-a-draft-title = Cette série n’est plus à vérifier
error-not-a-draft-text = Elle a déjà été signée ou abandonnée.
error-not-a-draft-action = Revenir à l’accueil
error-nothing-to-sign-title = Rien à signer
error-nothing-to-sign-text = Aucune ligne de ce fichier n’a pu être comptée.
error-nothing-to-sign-action = Donner un autre fichier
error-discarded-title = Série abandonnée
error-discarded-text = Cette série a été abandonnée ; son contenu a été effacé.
error-discarded-action = Revenir à l’accueil
error-revoked-title = Attestation déjà reprise
error-revoked-text = Cette attestation a déjà été révoquée ou retirée.
error-revoked-action = Revenir à l’attestation
error-collected-title = Attestation déjà récupérée
error-collected-text = La personne a déjà récupéré son attestation : une nouvelle invitation n’est plus possible. Si elle l’a perdue, révoquez-la, puis donnez de nouveau votre tableau : ses heures pourront être signées de nouveau.
error-collected-action = Revenir à l’attestation

cli-rows = { $accepted ->
    [one] { $accepted } ligne comptée
   *[other] { $accepted } lignes comptées
}, { $refused ->
    [one] { $refused } refusée
   *[other] { $refused } refusées
}
cli-refused = ligne { $line }, colonne « { $column } », « { $value } » : { $reason }
cli-signed = { $count ->
    [0] Aucune attestation signée.
    [one] Une attestation signée ; son invitation est prête.
   *[other] { $count } attestations signées ; leurs invitations sont prêtes.
}
cli-would-sign = { $count ->
    [0] Aucune attestation ne serait signée.
    [one] Une attestation serait signée.
   *[other] { $count } attestations seraient signées.
}
cli-revoked = Attestation reprise.
cli-certificates-short = Attention : ces certificats finissent avant les attestations signées aujourd’hui. Dès lors, qui les contrôle par certificat les refusera.
cli-baked = Badge inséré dans { $file }.
