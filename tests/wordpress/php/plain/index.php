<?php
/** The whole theme: posts one under the other, dates as words, comments by WordPress's own oldest template. */
?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" <?php language_attributes(); ?>>
<head>
<title><?php wp_title( '-', true, 'right' ); ?><?php bloginfo( 'name' ); ?></title>
<?php wp_head(); ?>
</head>
<body <?php body_class(); ?>>
<div id="page">
<div id="header"><h1><a href="<?php echo esc_url( home_url( '/' ) ); ?>"><?php bloginfo( 'name' ); ?></a></h1></div>
<div id="content" class="narrowcolumn">
<?php
while ( have_posts() ) :
	the_post();
	?>
	<div <?php post_class(); ?> id="post-<?php the_ID(); ?>">
		<h2><a href="<?php the_permalink(); ?>" rel="bookmark"><?php the_title(); ?></a></h2>
		<small><?php the_time( 'F jS, Y' ); ?> by <?php the_author(); ?></small>
		<div class="entry"><?php the_content(); ?></div>
		<p class="postmetadata"><?php the_tags( 'Tags: ', ', ', '<br />' ); ?>Posted in <?php the_category( ', ' ); ?></p>
	</div>
	<?php
	if ( is_single() ) {
		comments_template();
	}
endwhile;
?>
	<div class="navigation">
		<div class="alignleft"><?php next_posts_link( 'Older posts' ); ?></div>
		<div class="alignright"><?php previous_posts_link( 'Newer posts' ); ?></div>
	</div>
</div>
<div id="sidebar"><ul><?php wp_get_archives( 'type=monthly' ); ?><?php wp_list_categories(); ?></ul></div>
</div>
<?php wp_footer(); ?>
</body>
</html>
