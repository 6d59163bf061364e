// Loads a folder again and again, all files at once by the threads of the pool: node parallel_reader.js DIR STOP LEASE_MS
// A load counts when it took less than a lease; it is torn when its files are not all the same.
'use strict';
const fs = require('fs');
const [dir, stop, lease] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function main() {
	const names = fs.readdirSync(dir);
	let loads = 0, torn = 0;
	while (!fs.existsSync(stop)) {
		const begun = performance.now();
		const texts = await Promise.all(names.map((name) => fs.promises.readFile(`${dir}/${name}`, 'utf8')));
		if (performance.now() - begun < lease) {
			loads++;
			torn += new Set(texts).size > 1 ? 1 : 0;
		}
		await pause(lease * (1.2 + Math.random()));
	}
	console.log(loads, torn);
}

main();
