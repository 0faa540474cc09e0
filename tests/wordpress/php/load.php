<?php
/** Loads WordPress for a script on the command line, as its administrator, whose writing is not filtered. */

$_SERVER['HTTP_HOST']      = '127.0.0.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
require getenv( 'WORDPRESS_ROOT' ) . '/wp-load.php';
if ( ! wp_installing() ) {
	become_administrator();
}

function become_administrator() {
	wp_set_current_user( 1 );
	kses_remove_filters();
}

function read_input() {
	return json_decode( stream_get_contents( STDIN ), true, 512, JSON_THROW_ON_ERROR );
}

/** Returns the id of a user by login; 0 for a reader without an account. */
function user_id( $login ) {
	return $login ? get_user_by( 'login', $login )->ID : 0;
}

function local_from_utc( $utc ) {
	return get_date_from_gmt( $utc );
}

/** Inserts a comment as the blog describes it; its date is UTC. Returns the new id. */
function add_comment( $post_id, $comment, $parent ) {
	return wp_insert_comment(
		wp_slash(
			array(
				'comment_post_ID'      => $post_id,
				'comment_parent'       => $parent,
				'comment_author'       => $comment['author'],
				'comment_author_email' => md5( $comment['author'] ) . '@reader.example',
				'comment_author_url'   => $comment['url'],
				'comment_author_IP'    => '192.0.2.7',
				'comment_date'         => local_from_utc( $comment['date'] ),
				'comment_date_gmt'     => $comment['date'],
				'comment_content'      => $comment['text'],
				'comment_approved'     => 'trash' === $comment['status'] ? '1' : $comment['status'],
				'comment_type'         => $comment['type'],
				'user_id'              => user_id( $comment['user'] ),
			)
		)
	);
}
