// Compiles and draws the Vega-Lite specifications on standard input, a JSON array; prints one of {svg, warnings}.
'use strict';

const vega = require('vega');
const vegaLite = require('vega-lite');

async function draw(spec) {
	const warnings = [];
	const note = (...words) => { warnings.push(words.join(' ')); return logger; };
	const logger = {level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger};
	const view = new vega.View(vega.parse(vegaLite.compile(spec, {logger}).spec), {renderer: 'none', logger});

	return {svg: await view.toSVG(), warnings};
}

let input = '';
process.stdin.on('data', chunk => { input += chunk; });
process.stdin.on('end', async () => {
	process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(input).map(draw))));
});
