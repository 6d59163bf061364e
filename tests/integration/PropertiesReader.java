import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

/** Reads names of files from stdin; for each, prints "key value" lines, both in hexadecimal, and an empty line. */
public class PropertiesReader {
	static String hex(String s) {
		StringBuilder out = new StringBuilder("x");
		for (byte b : s.getBytes(StandardCharsets.UTF_8))
			out.append(String.format("%02x", b));
		return out.toString();
	}

	public static void main(String[] args) throws Exception {
		BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
		for (String name; (name = names.readLine()) != null;) {
			Properties properties = new Properties();
			try (Reader reader = Files.newBufferedReader(Path.of(name), StandardCharsets.UTF_8)) {
				properties.load(reader);
			}
			for (String key : properties.stringPropertyNames())
				out.println(hex(key) + " " + hex(properties.getProperty(key)));
			out.println();
		}
	}
}
