# The README as a regression test: its ```sql blocks are the input (what=sql);
# each with the ```text block behind it is the expected output (what=out).
# psql -a echoes the input, then prints a table and an empty line.

/^```sql$/ { block = "sql"; next }
/^```text$/ { block = "text"; next }
/^```/ {
	if (block == "text" && what == "out")
		print ""
	block = ""
	next
}
block == "sql" { print }
block == "text" && what == "out" { print }
