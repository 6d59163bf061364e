// Loads a folder again and again, all files at once by the threads of a pool: java ParallelReader.java DIR STOP LEASE_MS
// A load counts when it took less than a lease; it is torn when its files are not all the same.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class ParallelReader {
	public static void main(String[] args) throws Exception {
		Path dir = Path.of(args[0]), stop = Path.of(args[1]);
		long lease = Long.parseLong(args[2]), loads = 0, torn = 0;
		ExecutorService pool = Executors.newFixedThreadPool(4);
		List<Callable<String>> tasks = new ArrayList<>();

		try (var entries = Files.list(dir)) {
			entries.forEach(path -> tasks.add(() -> Files.readString(path)));
		}
		while (!Files.exists(stop)) {
			long begun = System.nanoTime();
			Set<String> texts = new HashSet<>();

			for (Future<String> text : pool.invokeAll(tasks))
				texts.add(text.get());
			if (System.nanoTime() - begun < lease * 1000000) {
				loads++;
				torn += texts.size() > 1 ? 1 : 0;
			}
			Thread.sleep((long) (lease * (1.2 + Math.random())));
		}
		pool.shutdown();
		System.out.println(loads + " " + torn);
	}
}
