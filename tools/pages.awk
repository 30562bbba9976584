# A page of the docs as a regression test: its ```sql blocks are the input
# (what=sql); each with the ```text block behind it is the expected output
# (what=out).  what=fill prints the page with what the test really printed
# (results=FILE) in its text blocks.
#
# psql -a echoes the input, then prints a table and an empty line, or an error
# without one.  So only the last statement of a block may print something.

/^```sql$/ { block = "sql"; if (what == "fill") print; next }
/^```text$/ {
	block = "text"
	lines = 0
	if (what == "fill") {
		print
		print_result()
	}
	next
}
/^```/ {
	if (block == "text" && what == "out" && !error)
		print ""
	if (what == "fill")
		print
	block = ""
	next
}
block == "sql" {
	print
	if (what == "fill")
		skip_echo($0)
	next
}
block == "text" {
	if (lines++ == 0)
		error = /^ERROR: /
	if (what == "out")
		print
	next
}
what == "fill" { print }

# The results up to and with the echo of that line.
function skip_echo(line,	result) {
	while (have || (getline result < results) > 0) {
		if (have)
			result = ahead
		have = 0
		if (result == line)
			return
	}
}

# The results up to the empty line behind a table, or all lines of an error.
function print_result(	result, failed, count) {
	while ((getline result < results) > 0) {
		if (count++ == 0)
			failed = result ~ /^ERROR: /
		if (failed ? result !~ /^(ERROR|DETAIL|HINT|LINE|CONTEXT| +\^)/ : result == "") {
			if (failed) {
				ahead = result
				have = 1
			}
			return
		}
		print result
	}
}
