/* statements.tsv through pgjdbc. */
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;

public class Client {
	static void bind(PreparedStatement statement, int place, String item) throws Exception {
		String value = item.substring(item.indexOf(':') + 1);

		switch (item.substring(0, item.indexOf(':'))) {
			case "float8" -> statement.setDouble(place, Double.parseDouble(value));
			case "bigint" -> statement.setLong(place, Long.parseLong(value));
			case "boolean" -> statement.setBoolean(place, Boolean.parseBoolean(value));
			default -> statement.setString(place, value);
		}
	}

	static String show(Object value) {
		if (value == null)
			return "null\t";
		if (value instanceof Long || value instanceof Integer || value instanceof Double)
			return "number\t" + value;
		if (value instanceof Boolean)
			return "boolean\t" + value;
		if (value instanceof String text)
			return "text\t" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r");
		return value.getClass().getName() + "\t" + value;
	}

	public static void main(String[] args) throws Exception {
		String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/postgres?user=postgres";

		try (Connection connection = DriverManager.getConnection(url)) {
			for (String line : Files.readAllLines(Path.of("statements.tsv"))) {
				String[] part = line.split("\t");
				PreparedStatement statement = connection.prepareStatement(part[1].replaceAll("\\$\\d", "?"));
				for (int i = 2; i < part.length; i++)
					bind(statement, i - 1, part[i]);
				ResultSet rows = statement.executeQuery();
				ResultSetMetaData columns = rows.getMetaData();
				for (int row = 0; rows.next(); row++)
					for (int i = 1; i <= columns.getColumnCount(); i++)
						System.out.println(part[0] + "\t" + row + "\t" + columns.getColumnLabel(i) + "\t"
								+ show(rows.getObject(i)));
			}
		}
	}
}
