// Runs in a browser, in a page that holds other pages in frames: what of them is wrong to the eye.
// Prints a line of JSON a frame.
'use strict';

const least = 4.5;	// contrast, WCAG 2 AA

function colour(text) {
	const parts = text.match(/[\d.]+/g).map(Number);
	return {rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1};
}

function luminance(rgb) {
	const [r, g, b] = rgb.map(c => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
	const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
	return (x + 0.05) / (y + 0.05);
}

// The ground that a text stands on: the nearest that is painted, or a picture's paper.
function ground(element, view) {
	for (let e = element; e; e = e.parentElement) {
		const paper = e.localName === 'svg' && e.querySelector(':scope > rect.ab-paper');
		if (paper)
			return colour(view.getComputedStyle(paper).fill).rgb;
		const painted = colour(view.getComputedStyle(e).backgroundColor);
		if (painted.alpha > 0)
			return painted.rgb;
	}
	return [255, 255, 255];
}

// Is it there for those who listen only?
function unseen(element, view) {
	for (let e = element; e; e = e.parentElement)
		if (view.getComputedStyle(e).clipPath !== 'none')
			return true;
	return false;
}

function overlap(a, b) {
	return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
		Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
}

function measure(frame) {
	const document = frame.contentDocument, view = frame.contentWindow;
	const faults = [], grounds = new Set();
	const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
	const seen = [];
	let worst = 99;

	while (walker.nextNode()) {
		const node = walker.currentNode, element = node.parentElement;
		if (!node.data.trim() || ['style', 'title', 'desc', 'script'].includes(element.localName))
			continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const boxes = [...range.getClientRects()].filter(box => box.width > 1 && box.height > 1);
		if (!boxes.length || unseen(element, view))
			continue;
		const style = view.getComputedStyle(element);
		const under = ground(element, view);
		const ratio = contrast(colour(element.closest('svg') ? style.fill : style.color).rgb, under);
		worst = Math.min(worst, ratio);
		grounds.add(under.join());
		if (ratio < least)
			faults.push(`contrast ${ratio.toFixed(2)}: ${node.data.slice(0, 40)}`);
		for (const box of boxes) {
			if (box.right > frame.clientWidth + 0.5 || box.left < -0.5)
				faults.push(`beyond the edge by ${Math.max(box.right - frame.clientWidth, -box.left).toFixed(1)}: ${node.data.slice(0, 40)}`);
			seen.push({box, element, text: node.data.slice(0, 40)});
		}
	}
	if (document.documentElement.scrollWidth > frame.clientWidth)
		faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} pixels`);
	// no text on another; those near each other in height are enough to look at
	seen.sort((a, b) => a.box.top - b.box.top);
	for (let i = 0; i < seen.length; i++)
		for (let k = i + 1; k < seen.length && seen[k].box.top < seen[i].box.bottom; k++)
			if (seen[i].element !== seen[k].element && overlap(seen[i].box, seen[k].box))
				faults.push(`"${seen[i].text}" and "${seen[k].text}" overlap`);
	for (const svg of document.querySelectorAll('svg.ab-picture'))
		for (const text of svg.querySelectorAll('text'))
			if (text.getBBox().width > 0 && text.getBoundingClientRect().right > svg.getBoundingClientRect().right + 0.5)
				faults.push(`out of the picture: ${text.textContent.slice(0, 40)}`);
	return {name: frame.title, texts: seen.length, worst: +worst.toFixed(2), grounds: [...grounds], faults: faults.slice(0, 6)};
}

addEventListener('load', () => {
	const lines = [...document.querySelectorAll('iframe')].map(frame => JSON.stringify(measure(frame)));
	const result = document.createElement('pre');
	result.id = 'result';
	result.textContent = lines.join('\n');
	document.body.replaceChildren(result);
});
