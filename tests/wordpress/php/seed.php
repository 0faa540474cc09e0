<?php
/** Installs WordPress and fills it with the blog on standard input. */

define( 'WP_INSTALLING', true );
require __DIR__ . '/load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter( 'pre_wp_mail', '__return_true' );

wp_install( 'Deal by deal', 'editor', 'editor@blog.example', true, '', 'not-a-secret' );
become_administrator();
foreach ( get_posts( array( 'post_type' => array( 'post', 'page' ), 'post_status' => 'any', 'numberposts' => -1 ) ) as $post ) {
	wp_delete_post( $post->ID, true );
}
update_option( 'timezone_string', 'America/Los_Angeles' );
update_option( 'blogdescription', 'Letters on selling what is not finished' );
update_option( 'thread_comments', 1 );
update_option( 'use_smilies', 0 );

global $wpdb;
$wpdb->query( 'START TRANSACTION' );
wp_defer_term_counting( true );
wp_defer_comment_counting( true );

$blog = read_input();
foreach ( $blog['authors'] as $login => $name ) {
	wp_insert_user(
		array(
			'user_login'   => $login,
			'user_pass'    => 'not-a-secret',
			'user_email'   => "$login@blog.example",
			'display_name' => $name,
			'role'         => 'author',
		)
	);
}
foreach ( $blog['posts'] as $post ) {
	$id = add_post( $post );
	$ids = array();
	foreach ( $post['comments'] as $comment ) {
		$ids[] = add_comment( $id, $comment, null === $comment['parent'] ? 0 : $ids[ $comment['parent'] ] );
	}
	foreach ( $post['comments'] as $place => $comment ) {
		if ( 'trash' === $comment['status'] ) {
			wp_trash_comment( $ids[ $place ] );
		}
	}
	if ( isset( $post['edited'] ) ) {
		edit_post_at( $id, $post['edited'] );
	}
}

wp_defer_term_counting( false );
wp_defer_comment_counting( false );
$wpdb->query( 'COMMIT' );

function add_post( $post ) {
	$categories = array();
	foreach ( $post['categories'] as $name ) {
		$term         = term_exists( $name, 'category' ) ?: wp_insert_term( $name, 'category' );
		$categories[] = (int) $term['term_id'];
	}
	$id = wp_insert_post(
		wp_slash(
			array(
				'post_title'     => $post['title'],
				'post_content'   => $post['content'],
				'post_date'      => $post['date'],
				'post_author'    => user_id( $post['author'] ),
				'post_status'    => 'trash' === ( $post['status'] ?? '' ) ? 'publish' : ( $post['status'] ?? 'publish' ),
				'post_password'  => $post['password'] ?? '',
				'post_name'      => $post['slug'] ?? '',
				'post_category'  => $categories,
				'tags_input'     => $post['tags'],
				'comment_status' => 'open',
			)
		),
		true
	);
	if ( is_wp_error( $id ) ) {
		exit( $id->get_error_message() . "\n" );
	}
	if ( 'trash' === ( $post['status'] ?? '' ) ) {
		wp_trash_post( $id );
	}
	return $id;
}

function edit_post_at( $id, $local ) {
	$at = function ( $values ) use ( $local ) {
		$values['post_modified']     = $local;
		$values['post_modified_gmt'] = get_gmt_from_date( $local );
		return $values;
	};
	add_filter( 'wp_insert_post_data', $at );
	wp_update_post( wp_slash( array( 'ID' => $id, 'post_content' => get_post( $id )->post_content . "\n\nCorrected since." ) ) );
	remove_filter( 'wp_insert_post_data', $at );
}
