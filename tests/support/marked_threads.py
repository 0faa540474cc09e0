"""Comments that a page marks for machines."""

CITES = """<div class="u-comment h-cite"><a class="p-author h-card u-url" href="https://ann.example">Ann</a>
<a class="u-url" href="https://ann.example/1">
<time class="dt-published" datetime="2024-03-04T05:06:07Z">March 4</time></a>
<div class="e-content"><p>First</p></div><div class="u-comment h-cite" id="c2"><span class="p-author h-card">
<span class="p-name">Bo</span></span><div class="e-content">Second</div></div></div>"""

STATED = """<script type="application/ld+json">{"@type": "BlogPosting", "commentCount": 2, "comment": [{
"@type": "Comment", "url": "https://diary.example/c1", "author": {"@type": "Person", "name": "Ann", "url": "https://ann.example"},
"datePublished": "2024-03-04T05:06:07Z", "text": "First", "comment": {"@type": "Comment", "text": "Second",
"author": "Bo"}}]}</script>"""
