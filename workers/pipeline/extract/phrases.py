"""The words of sites about themselves, in nine languages: data for ``tidy`` and ``walls``.

Each block holds alternatives of a regular expression, matched without regard to case; a line break is a ``|``.
A new language is one more line in each block.
"""

READ_ALSO = r"""
lees ook|lees meer|lees verder|lees de analyse|lees hier|lees het interview|lees alles over|bekijk ook|kijk ook
meer over|meer lezen|ook interessant|luister ook|read also|also read|read more|read next|see also|more on
related(?: stories| articles| news| topics| content)?:?$|related:|don't miss|watch(?: live| now| more|:)
listen(?: live| now|:)|click here|recommended(?: for you| stories)?:?$|further reading|keep reading|more from
most read|what to know about|lesen sie auch|lesen sie hier|lesen sie mehr|lesen sie weiter|auch interessant
mehr zum thema|mehr dazu|mehr über|lies auch|weiterlesen|zum thema:?$|passend dazu|mehr themen|das könnte sie
siehe auch|lire aussi|à lire aussi|a lire aussi|à lire|lire la suite|lire également|à lire également|voir aussi
sur le même sujet|notre dossier|en savoir plus|lisez aussi|pour aller plus loin|lea también|lee también|leer más
le puede interesar|te puede interesar|puede leer|vea también|más información|más sobre|noticias relacionadas
también lea|اقرأ أيضا|اقرأ أيضاً|اقرأ ايضا|إقرأ أيضا|إقرأ أيضاً|إقرأ ايضا|اقرأ المزيد|للمزيد|شاهد أيضا
شاهد أيضاً|مواضيع ذات صلة|أخبار ذات صلة|читайте также|читать также|читайте ещё|читайте еще|по теме:?$|подробнее
смотрите также|материалы по теме|читать далее|читайте також|читати також|дивіться також|за темою:?$|більше новин
докладніше|детальніше|вас може зацікавити|ayrıca oku\w*|ayrıca bakınız|bunu da okuyun|ilgili haber|ilgili haberler
devamını oku|bunlar da ilginizi çekebilir|okumak için
"""
"""Lines that lead elsewhere."""

CONSENT = r"""
externer inhalt|deine privatsphäre|wir verwenden cookies|wir benötigen ihre zustimmung|zur anzeige aktiviere
an dieser stelle (?:finden|befindet|steht)|dieser inhalt (?:ist|wurde|konnte)
empfohlener (?:externer|redaktioneller) inhalt|we use cookies|this content is hosted
to (?:view|see|display) this content|your browser does not support|please enable (?:javascript|cookies)
javascript is (?:disabled|required)|accept cookies|manage (?:your )?cookie|by clicking|allow .{0,40}cookies
om deze inhoud te|pas je cookie|deze inhoud kan niet|je cookie|u moet cookies|wij gebruiken cookies
we gebruiken cookies|dit artikel bevat ingesloten|accepteer (?:alle )?cookies|bekijk deze inhoud
ce contenu (?:est|n'est|n’est)|pour (?:afficher|voir|visualiser) ce contenu|nous utilisons des cookies
accepter les cookies|en cliquant|utilizamos cookies|este contenido (?:no|está)|para ver este contenido
aceptar (?:las )?cookies|نستخدم ملفات|ملفات تعريف الارتباط|мы используем (?:файлы )?cookie|этот контент
ми використовуємо (?:файли )?cookie|çerez|bu içerik|bu site çerez
"""
"""Notices in place of embedded content."""

PLEA = r"""
jetzt abo|mit dem abo|anmelden$|lesezeit|leestijd|temps de lecture|tiempo de lectura
\d+ min(?:\.|uten|utes|uti)? (?:read|lesezeit|leestijd|de lecture|de lectura)
(?:last )?updated(?: on| at|:|,? \d)|published(?: on| at|:|,? \d)|gepubliceerd op|laatste update|veröffentlicht am
aktualisiert am|stand:|publié le|mis à jour le|par la rédaction|publicado el|actualizado el|опубликовано|обновлено:
опубліковано|оновлено:|تاريخ النشر|آخر تحديث|yayınlanma|son güncelleme
sign up|subscribe|get the latest|get our|join (?:our|the) (?:newsletter|commenting)|follow us
follow .{2,40} on (?:x|twitter|google|facebook)|support (?:our|independent)|stay informed|advertisement
sponsored|share this|copy link|comments?$|already a subscriber|log ?in|please log|create (?:a free|an) account
download (?:the|our) app|you must confirm|a message from|anzeige$|jetzt abonnieren|abonnieren|newsletter
hier (?:klicken|abonnieren)|wie hat ihnen|hat ihnen dieser|durchschnittliche bewertung|unterstützen sie
unabhängiger journalismus|kommentare?$|artikel teilen|link kopieren|folgen sie uns|folge uns|abonneer
word abonnee|schrijf je in|schrijf u in|meld je aan|nieuwsbrief|deel (?:dit|op)|reacties?$|advertentie$|volg ons
publicité$|passer la publicité|abonnez|inscrivez|s'abonner|partager|commentaires?$|suivez-nous|la suite après
réservé aux abonnés|publicidad$|suscr[ií]b\w*|regístr\w*|comparte|compartir|comentarios?$|síguenos|siga leyendo
boletín|اشترك|تابعنا|تابعونا|شارك|إعلان$|انضم إلى|подписывайтесь|подпишитесь|подписаться|реклама$|поделиться
комментарии$|следите за|підписуйтесь|підписуйтеся|підпишіться|поділитися|реклама$|коментарі$|стежте за
долучайтесь|abone ol|bizi takip|paylaş|reklam$|yorumlar?$
"""
"""Subscriptions, sharing, advertising, comments."""

CREDIT = r"""
(?:foto|photo|image|bild|fotos|photos|picture|beeld|illustration|imagen|crédit|credit|fuente|صورة|الصورة|تصوير|фото|видео|відео|fotoğraf|kaynak)s?\s?[:©/|–-].*
.{2,60}(?:via |/ ?)(?:getty|afp|reuters|ap|epa|dpa|anp|belga|shutterstock|imago|picture alliance)(?: images)?
(?:copyright|©|\(c\)).*|all rights reserved.*|alle rechten voorbehouden.*|alle rechte vorbehalten.*
tous droits réservés.*|todos los derechos.*|جميع الحقوق.*|все права защищены.*|всі права захищені.*
tüm hakları.*
\((?:additional )?(?:reporting|writing|editing) by .*|(?:additional )?reporting by .{2,100}; editing by .*
"""
"""Whole lines: picture credits and copyright."""

TAGS = r"""
tags?|topics?|labels?|keywords|themen|schlagworte|schlagwörter|stichwörter|trefwoorden|onderwerpen|thèmes|sujets
mots[- ]clés|temas|etiquetas|الوسوم|وسوم|كلمات مفتاحية|الكلمات المفتاحية|теги|метки|ключевые слова|мітки
ключові слова|etiketler|meer over .{2,60}|mehr zu .{2,60}|plus sur .{2,60}|more on .{2,60}|more about .{2,60}
más sobre .{2,60}
"""
"""Headings of tag lists."""

CONSENT_ADDRESS = r"""
^https?://(?:myprivacy|consent|privacy|cookie-?consent|consentmanager|cmp)\.|/privacy-gate/|/consent(?:/|\?|$)
/cookie-?wall|guce\.|/accept-tcf
"""
"""Addresses of consent pages."""

CONSENT_TEXT = r"""
before you continue|we and our (?:\d+ )?partners|your privacy choices|we value your privacy
cookie (?:policy|settings)|(?:accept|reject) all(?: cookies)?|waardeer(?:t|den) (?:je|uw) privacy
cookies accepteren|alles accepteren|jouw privacy|uw privacy|onze partners|alle akzeptieren
wir und unsere .{0,20}partner|ihre privatsphäre|einwilligung|zustimmung
mit werbung (?:und tracking )?(?:weiter)?lesen|tout accepter|nous et nos .{0,20}partenaires
respectons votre vie privée|continuer sans accepter|aceptar (?:todo|todas|y continuar)|nuestros socios
respetamos tu privacidad|принять все|файлы cookie|прийняти всі|файли cookie|tümünü kabul et|çerez
ملفات تعريف الارتباط|قبول الكل
"""
"""What consent pages say; counted, since articles say such things too."""

BOT_TITLE = r"""
just a moment|attention required|access denied|are you (?:a )?(?:human|robot)|robot check|human verification
security check|pardon our interruption|verify(?:ing)? you are human|ddos|request blocked|403 forbidden
please wait|bot verification|un instant|einen moment|checking your browser
"""
"""Titles of robot checks."""

BOT_TEXT = r"""
enable javascript and cookies to continue|checking (?:if the site connection is secure|your browser)
cf-challenge|cf_chl_|unusual traffic|g-recaptcha|h-captcha|hcaptcha\.com|px-captcha|captcha-delivery|datadome
incapsula incident|_incapsula_resource|verify(?:ing)? (?:that )?you are (?:a |not a )?(?:human|robot)|ray id
automated (?:access|queries)|you have been blocked|request unsuccessful|akamai.{0,20}reference
"""
"""Texts and scripts of robot checks."""

PAY_TEXT = r"""
subscribe(?: now)? to (?:continue|read|keep|unlock|access)|to continue reading|continue reading (?:with|by)
subscribers? only|this (?:article|content) is (?:for|reserved|available|exclusive)|already a subscriber
unlock this article|(?:alleen|enkel|exclusief) voor abonnees|lees verder (?:met|als)|word abonnee|verder lezen\?
dit is een premium|weiterlesen mit|jetzt (?:weiterlesen|freischalten)|lesen sie diesen artikel
nur für abonnenten|exklusiv für abonnenten|artikel freischalten|réservé aux abonnés
il vous reste .{1,12} (?:à lire|de cet article)|abonnez-vous pour|pour lire la suite|contenido exclusivo para
solo para suscriptores|suscríb\w+ para (?:seguir|continuar|leer)|только для подписчиков|оформите подписку
лише для (?:перед)?платників|оформіть передплату|للمشتركين فقط|abonelere özel|devamını okumak için abone|有料会員
会員限定
"""
"""What stands where a paid text is cut off."""


def alternatives(block: str) -> str:
    """A block as one group of a regular expression."""
    return f"(?:{'|'.join(block.split(chr(10))[1:-1])})"
