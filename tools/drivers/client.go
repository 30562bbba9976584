// statements.tsv through pgx.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

var escape = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\t", "\\t", "\r", "\\r")

func bind(item string) any {
	kind, value, _ := strings.Cut(item, ":")
	switch kind {
	case "float8":
		number, _ := strconv.ParseFloat(value, 64)
		return number
	case "bigint":
		number, _ := strconv.ParseInt(value, 10, 64)
		return number
	case "boolean":
		return value == "true"
	}
	return value
}

func show(value any) string {
	switch v := value.(type) {
	case nil:
		return "null\t"
	case int32, int64:
		return fmt.Sprintf("number\t%d", v)
	case float64:
		return "number\t" + strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return fmt.Sprintf("boolean\t%t", v)
	case string:
		return "text\t" + escape.Replace(v)
	}
	return fmt.Sprintf("%T\t%v", value, value)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, "host=127.0.0.1 user=postgres database=postgres")
	check(err)
	file, err := os.ReadFile("statements.tsv")
	check(err)
	for _, line := range strings.Split(strings.TrimSpace(string(file)), "\n") {
		part := strings.Split(line, "\t")
		var bound []any
		for _, item := range part[2:] {
			bound = append(bound, bind(item))
		}
		rows, err := connection.Query(ctx, part[1], bound...)
		check(err)
		for number := 0; rows.Next(); number++ {
			values, err := rows.Values()
			check(err)
			for i, value := range values {
				fmt.Printf("%s\t%d\t%s\t%s\n", part[0], number, rows.FieldDescriptions()[i].Name, show(value))
			}
		}
		check(rows.Err())
	}
}
