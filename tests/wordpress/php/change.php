<?php
/**
 * Changes the blog as its writers and readers do between two crawls.
 *
 * Reads {"comments": [{"post": id, "parent": id or 0, …}], "edits": {id: "text to append"}}; prints the new
 * comments' ids.
 */

require __DIR__ . '/load.php';

$change = read_input();
$ids    = array();
foreach ( $change['comments'] as $comment ) {
	$ids[] = add_comment( $comment['post'], $comment, $comment['parent'] );
}
foreach ( $change['edits'] as $id => $text ) {
	wp_update_post( wp_slash( array( 'ID' => $id, 'post_content' => get_post( $id )->post_content . "\n\n" . $text ) ) );
}
echo wp_json_encode( $ids );
