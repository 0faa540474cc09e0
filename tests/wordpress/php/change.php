<?php
/**
 * Changes the blog as its writers and readers do between two crawls.
 *
 * Reads {"comments": [{"post": id, "parent": id or 0, …}], "edits": {id: "text to append"}}; prints what restore.php
 * reads: the new comments' ids, and the edited posts as they were.
 */

require __DIR__ . '/load.php';

$change   = read_input();
$comments = array();
$posts    = array();
foreach ( $change['comments'] as $comment ) {
	$comments[] = add_comment( $comment['post'], $comment, $comment['parent'] );
}
foreach ( $change['edits'] as $id => $text ) {
	$before       = get_post( $id, ARRAY_A );
	$posts[ $id ] = array_intersect_key( $before, array_flip( array( 'post_content', 'post_modified', 'post_modified_gmt' ) ) );
	wp_update_post( wp_slash( array( 'ID' => $id, 'post_content' => $before['post_content'] . "\n\n" . $text ) ) );
}
echo wp_json_encode( compact( 'comments', 'posts' ) );
