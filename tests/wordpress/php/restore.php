<?php
/** Takes back what change.php did, so that each test finds the blog as it was seeded. Reads what that printed. */

require __DIR__ . '/load.php';
global $wpdb;

$change = read_input();
foreach ( array_reverse( $change['comments'] ) as $id ) {
	wp_delete_comment( $id, true );
}
foreach ( $change['posts'] as $id => $before ) {
	$wpdb->update( $wpdb->posts, $before, array( 'ID' => $id ) );
}
