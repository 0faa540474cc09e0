<?php
/**
 * A must-use plugin: shows one database under another theme, permalinks and comment options, as the environment of
 * this PHP process asks, so that one seeded WordPress is several sites at once.
 */

$face = json_decode( getenv( 'WORDPRESS_FACE' ) ?: '{}', true );

foreach ( $face['options'] ?? array() as $name => $value ) {
	add_filter( "pre_option_$name", fn() => $value );
}

// The rules that permalinks are parsed by are kept in an option too: each face keeps its own.
if ( isset( $face['name'] ) ) {
	$rules = 'rewrite_rules_' . $face['name'];
	add_filter( 'pre_option_rewrite_rules', fn() => get_option( $rules, '' ) );
	add_filter(
		'pre_update_option_rewrite_rules',
		function ( $value, $old ) use ( $rules ) {
			update_option( $rules, $value );
			return $old;
		},
		10,
		2
	);
}

if ( ! ( $face['rest'] ?? true ) ) {
	add_filter(
		'rest_authentication_errors',
		fn() => new WP_Error( 'rest_login_required', 'The REST API is for members.', array( 'status' => 401 ) )
	);
}

if ( ! ( $face['sitemap'] ?? true ) ) {
	add_filter( 'wp_sitemaps_enabled', '__return_false' );
}

// Old themes without a comments.php of their own get WordPress's, with a deprecation note that no site shows.
add_filter( 'deprecated_file_trigger_error', '__return_false' );
