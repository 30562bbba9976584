#!/usr/bin/perl
#
# typedefs.pl FILE... <NAMES: what pgindent has to be told, which names are
# types.  They are those that the files define, those of <stdint.h>, and those
# of NAMES, which are PostgreSQL's, that the files mention.
#
# But a file may have a function or a variable of the name of a type that is
# somebody else's.  Files that agree on what is no type share a list: the list
# N.typedefs is for the files that N.files names.
use strict;
use warnings;

my %is_type = map { $_ => 1 } split(/\n/, do { local $/; <STDIN> });
for my $width (8, 16, 32, 64)
{
	$is_type{"int${_}_t"} = $is_type{"uint${_}_t"} = 1
		for $width, "_least$width", "_fast$width", 'max', 'ptr';
}

my (%mentioned, %used, %own, %in_header);
for my $file (@ARGV)
{
	my $source = do { local (@ARGV, $/) = ($file); <> };

	# no comments and no strings
	$source =~ s{/\*.*?\*/|"(?:\\.|[^"\\\n])*"}{ }gs;
	$mentioned{$1} = 1 while $source =~ /\b([A-Za-z_]\w*)/g;
	$used{$file}{$1} = 1 while $source =~ /\b([A-Za-z_]\w*)(?:\(|\.|->)/g;

	# nothing between braces
	1 while $source =~ s/\{[^{}]*\}//;
	while ($source =~ /\btypedef\b([^;]*);/g)
	{
		my ($name) = $1 =~ /\(\s*\*\s*(\w+)\s*\)/ ? $1 : $1 =~ /(\w+)\W*$/;

		$is_type{$name} = 1;
		$own{$file}{$name} = 1;
		$in_header{$name} = 1 if $file =~ /\.h$/;
	}
}

my %sharing;
for my $file (@ARGV)
{
	my @none = grep { $is_type{$_} && !$own{$file}{$_} && !$in_header{$_} }
		sort keys %{ $used{$file} };

	push @{ $sharing{"@none"} }, $file;
}

my $n = 0;
for my $none (sort keys %sharing)
{
	my %none = map { $_ => 1 } split / /, $none;

	$n++;
	write_lines("$n.typedefs",
		grep { $is_type{$_} && !$none{$_} } sort keys %mentioned);
	write_lines("$n.files", @{ $sharing{$none} });
}

sub write_lines
{
	my ($name, @lines) = @_;

	open my $out, '>', $name or die "$name: $!\n";
	print $out map { "$_\n" } @lines;
	close $out or die "$name: $!\n";
	return;
}
