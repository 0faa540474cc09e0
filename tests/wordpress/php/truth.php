<?php
/** Prints every post and comment as the tables hold them, public or not; addresses are those of this process's face. */

require __DIR__ . '/load.php';
global $wpdb;

$posts = $wpdb->get_results(
	"SELECT p.ID id, p.post_title title, p.post_content content, p.post_date_gmt published, p.post_modified_gmt updated,
		p.post_status status, p.post_password <> '' protected, u.display_name author
	FROM $wpdb->posts p JOIN $wpdb->users u ON u.ID = p.post_author WHERE p.post_type = 'post' ORDER BY p.ID"
);
foreach ( $posts as $post ) {
	$post->url = get_permalink( $post->id );
}
$terms    = $wpdb->get_results(
	"SELECT r.object_id post, x.taxonomy, t.name FROM $wpdb->term_relationships r
	JOIN $wpdb->term_taxonomy x USING (term_taxonomy_id) JOIN $wpdb->terms t USING (term_id) ORDER BY t.name"
);
$comments = $wpdb->get_results(
	"SELECT comment_ID id, comment_post_ID post, comment_parent parent, comment_author author,
		comment_author_url author_url, comment_date_gmt published, comment_content content,
		comment_approved status, comment_type type, user_id FROM $wpdb->comments ORDER BY comment_ID"
);
echo wp_json_encode( compact( 'posts', 'terms', 'comments' ) );
