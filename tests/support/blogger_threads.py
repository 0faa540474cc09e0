"""One thread in all forms that Blogger gives it."""

URL = "https://calls.example/2012/07/first.html"

HEAD = (
    "<html><head><meta content='blogger' name='generator'/>"
    "<link rel='alternate' href='https://calls.example/feeds/77/comments/default'/></head>"
    "<body><article>A post.</article>"
)

NESTED = (
    HEAD
    + """<div id="comments"><h4>2 comments:</h4><div id="comment-holder"><div class="comment-thread"><ol>
<li class="comment" id="c10001"><div class="comment-block"><div class="comment-header"><cite class="user">
<a href="https://blogger.example/profile/1">Ann Lee</a></cite><span class="icon user"></span>
<span class="datetime secondary-text"><a href="URL?showComment=1341900498186#c10001">July 10, 2012</a></span></div>
<p class="comment-content">We tried it.<br />It works.</p><span class="comment-actions">Reply</span></div>
<div class="comment-replies"><ol><li class="comment" id="c10002"><div class="comment-block">
<div class="comment-header"><cite class="user">Bo</cite><span class="icon user blog-author"></span>
<span class="datetime"><a href="URL?showComment=1341900540000#c10002">July 10, 2012</a></span></div>
<p class="comment-content">Glad.</p></div></li></ol></div></li></ol></div></div></div>""".replace("URL", URL)
)

FLAT = (
    HEAD
    + """<div id="comments"><h4>2 comments:</h4><dl class="" id="comments-block">
<dt class="comment-author" id="c10001"><a name="c10001"></a><div class="avatar"><a href="/x"><img></a></div>
<a href="https://blogger.example/profile/1">Ann Lee</a> said...</dt>
<dd class="comment-body"><p>We tried it.<br />It works.</p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="URL?showComment=1341900498186#c10001">
July 10, 2012</a></span></dd>
<dt class="comment-author blog-author" id="c10002"><a name="c10002"></a> Bo said...</dt>
<dd class="comment-body"><p>Glad.</p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="URL?showComment=1341900540000#c10002">
July 10, 2012</a></span></dd></dl></div>""".replace("URL", URL)
)

SCRIPT = (
    HEAD
    + r"""<div id="comments"><h4>2 comments:</h4></div><script>var items = [{'id': '10001', 'body':
'We tried it.\74br /\76It works.', 'timestamp': '1341900498186',
'permalink': 'URL?showComment\0751341900498186#c10001',
'author': {'name': 'Ann Lee', 'profileUrl': 'https://blogger.example/profile/1'}, 'displayTime': 'July 10, 2012'},
{'id': '10002', 'body': 'Glad.', 'timestamp': '1341900540000', 'parentId': '10001',
'permalink': 'URL?showComment\0751341900540000#c10002', 'author': {'name': 'Bo'}, 'displayTime': 'July 10, 2012'}];
var config = {'postId': '77'};</script>""".replace("URL", URL)
)
