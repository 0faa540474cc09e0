"""Words that stand around comments and are no part of them, in the languages blogs are written in."""

_BUTTONS = """
reply replies respond quote permalink perma permanent link comment report flag hide share edit delete like likes
liked unlike recommend recommended vote votes thumb thumbs up down helpful spam abuse block ignore dislike dislikes
promote top print collapse expand parent thread view save copy upvote downvote url profile stats tweet inappropriate
offensive content points point people person moderator author op verified staff commenter member guest registered
rate rating score antworten antwort zitieren melden répondre repondre citer signaler responder citar denunciar
rispondi cita segnala gusta reageer reageren beantwoorden svara svar odpowiedz cytuj vastaa ответить 返信 回复 gefällt
login log sign cancel awaiting moderation hidden show more less options subscriber yes no loading email mail website
homepage abusive disagree topic off pts fan fans follower followers posts comments photo karma joined since
reputation follow user following facebook twitter google flagged unflag remove undo close abonné abonnée abonnent
suscriptor abbonato premium comentario comentarios comentar commentaire commentaires commenter kommentare kommentieren
commenti commento commenta reacties комментарии комментировать
"""
_SMALL = """
to this in as by post a the here click is your all for it me and or of from with
"""
_GLUE = """
by on at um am the de of le el a à and to via in posted written comment commented comments from date time said says
wrote writes pm uhr edt est pst pdt gmt utc cst cdt mdt mst bst et pt ct cet cest von vom den der par por das het op
om door i il la del du sagt schreibt schrieb dit dice dijo scrive disse diz zegt schreef skrev ha scritto detto
escribió comentó reply response replied responded added kommentar name this that is it your was made here my for klo
kl og och e y und m h submitted left sent answer answered user th st nd rd about ago
"""
_REPLIES = """
reply respond quote antworten antwort zitieren répondre repondre citer responder citar rispondi cita reageer reageren
beantwoorden svara svar odpowiedz cytuj vastaa ответить 返信 回复
"""

#: Words of the buttons, counts and badges beside comments.
BUTTON_WORDS = frozenset(_BUTTONS.split())
#: Words of the buttons to reply.
REPLY_WORDS = frozenset(_REPLIES.split())
#: Words that buttons share with prose.
SMALL_WORDS = frozenset(_SMALL.split())
#: Words that stand between a name and a date, or around them.
GLUE_WORDS = frozenset(_GLUE.split())
