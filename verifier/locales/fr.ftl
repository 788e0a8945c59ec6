# Le guichet qui contrôle. Le français est la langue source.

app-name = Musette · guichet
app-tagline = Guichet Musette : vérifier des heures bénévoles et expliquer le droit qu’elles ouvrent.

nav-counter = Guichet
nav-sign-out = Fermer le guichet

desk-account = Guichet

sign-in-title = Ouvrir le guichet
sign-in-intro = Cette page est réservée aux personnes qui tiennent le guichet.
sign-in-passphrase = Phrase secrète du guichet
sign-in-action = Ouvrir
sign-in-wrong = Cette phrase ne convient pas. Vérifiez les majuscules et réessayez.
sign-in-too-many = Trop d’essais. Attendez cinq minutes avant de réessayer.
sign-in-not-set = Aucune phrase secrète n’a encore été choisie. La personne qui s’occupe de ce service doit lancer la commande suivante :

counter-title = Guichet
counter-trust-title = Attention :
counter-trust-none = aucune liste de confiance n’est configurée. Aucun organisme ne pourra être reconnu et aucun droit ne s’ouvrira.
counter-trust-unusable = la liste de confiance est illisible ou n’est pas signée par la bonne autorité. Aucun organisme ne pourra être reconnu.
counter-trust-stale = la liste de confiance aurait dû être renouvelée. Prévenez la personne qui s’occupe de ce service.
counter-no-rule = Aucun droit n’est configuré. La personne qui s’occupe de ce service doit ajouter des règles.
counter-rule = Droit à vérifier
counter-rule-error = Choisissez un droit dans la liste.
counter-year = Année des heures
counter-year-hint = L’année pendant laquelle les heures ont été faites, par exemple 2025.
counter-year-error = Écrivez une année en quatre chiffres, par exemple 2025.
counter-declared-on = Jour de la déclaration
counter-declared-on-hint = En général aujourd’hui.
counter-declared-on-error = Choisissez un jour, par exemple le 15 mars 2026.
counter-declared-on-future = Ce jour n’est pas encore venu. Choisissez le jour où la déclaration a été faite.
counter-age-seen = Pièce d’identité vue : 16 ans ou plus
counter-age-seen-hint = À cocher si vous avez vu la pièce. Sinon, l’âge sera demandé à la musette de la personne.
counter-action = Demander les attestations

request-purpose = Vérifier un droit : { $right }

waiting-title = En attente de la personne
waiting-intro = La personne scanne ce code avec son téléphone, ou ouvre le lien, puis choisit ce qu’elle partage. Son nom n’est pas demandé.
waiting-qr-label = Code à scanner : il ouvre la demande, dont le lien est écrit dessous.
waiting-scheme-qr-label = Code à scanner pour les portefeuilles qui ne reconnaissent pas le premier : son lien est écrit dessous.
waiting-time-left =
    { $minutes ->
        [one] Encore { $minutes } minute pour répondre.
       *[other] Encore { $minutes } minutes pour répondre.
    }
waiting-link = Lien de la demande
waiting-open = Ouvrir le lien sur cet appareil
waiting-other-wallet = Le portefeuille de la personne ne reconnaît pas ce code
waiting-other-wallet-text = Essayez celui-ci : il s’adresse directement à l’application.
waiting-scheme-link = Lien pour l’application
waiting-again = Nouveau code
waiting-leave = Abandonner

expired-title = Le délai est passé
expired-text = Personne n’a répondu en cinq minutes. Rien n’a été reçu.
refused-title = La personne n’a rien partagé
refused-text-denied = Elle a refusé, ou n’a pas d’attestation qui convienne. Rien n’a été reçu.
refused-text-other = Son portefeuille n’a pas pu répondre (code { $code }). Rien n’a été reçu.
ended-again = Recommencer
ended-next = Personne suivante

unknown-request-title = Demande introuvable
unknown-request-text = Cette demande n’existe pas ou n’existe plus. Au guichet, demandez un nouveau code.
unknown-request-action = Revenir au guichet

rule-gone-title = Ce droit n’est plus proposé
rule-gone-text = La règle de cette demande a été retirée. Choisissez un autre droit au guichet.
rule-gone-action = Revenir au guichet

decision-word-granted = DROIT OUVERT
decision-word-denied = REFUSÉ
decision-word-review = À EXAMINER
decision-word-incomplete = À COMPLÉTER
decision-incomplete-headline = À compléter : un contrôle n’a pas pu être fait
decision-incomplete-nothing-wrong = Rien de faux n’a été trouvé.
decision-incomplete-text = Réessayez dans quelques minutes ; si cela continue, prévenez la personne qui s’occupe de ce service.
decision-warning-status = Attention : l’état d’une attestation n’a pas pu être consulté. Ce guichet l’accepte quand même.
decision-rule-version = règle du
decision-reasons = Pourquoi
decision-used = Attestations comptées
decision-used-none = Aucune attestation n’a été comptée.
decision-same-person = Elles viennent d’une même musette. Les noms n’ont pas été demandés : que ce soient ceux d’une seule personne n’est pas contrôlé.
decision-rejected = Attestations écartées
decision-set-aside = { $issuer } — { $reasons }
decision-next = Personne suivante
decision-again = Redemander
decision-checks = Contrôles effectués
decision-checks-caption = Attestation { $number } :
decision-check = Contrôle
decision-result = Résultat
decision-legal-basis = Textes appliqués
decision-reference = Référence de la décision :

check-query = Réponse à ce qui était demandé
reason-not_answered = La présentation ne donne pas tout ce qui était demandé, ou le donne sous une forme illisible.

landing-title = On vous demande des attestations
landing-right = Pour vérifier un droit : { $right }
landing-intro = Ouvrez votre musette : elle vous montrera ce qui est demandé, et rien ne partira sans votre accord.
landing-open = Ouvrir dans ma musette
landing-other-intro = Vous gardez vos attestations ailleurs ?
landing-other = Ouvrir un autre portefeuille
landing-ended = Cette demande est terminée ou a dépassé son délai. Au guichet, demandez un nouveau code.

done-title = Merci, c’est envoyé
done-text = Vos attestations ont été remises à { $asker }. Le résultat s’affiche au guichet.
done-close = Vous pouvez fermer cette page.
