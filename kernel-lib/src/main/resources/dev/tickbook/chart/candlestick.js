// Draws candles as SVG in place of the picture beside it, and lets the reader zoom and read values. Needs nothing else.
(function (name, bars, unit) {
  'use strict';
  var LEFT = 64, RIGHT = 12, TOP = 42, BOTTOM = 30;
  var UP = '#2A9D8F', DOWN = '#C1121F', NS = 'http://www.w3.org/2000/svg';

  document.querySelectorAll('[data-candles="' + name + '"]:not([data-drawn])').forEach(function (figure) {
    figure.setAttribute('data-drawn', '');
    var picture = figure.querySelector('img');
    var title = picture.alt;
    // As wide as there is room, so that letters keep their size on a phone.
    var W = Math.max(320, Math.min(900, figure.clientWidth || 900)), H = W < 600 ? 320 : 420, MOST = Math.floor(W / 3.75);
    var from = 0, to = bars.length, shown = [], step = 1, low, high;
    var svg = add(null, 'svg', { viewBox: '0 0 ' + W + ' ' + H, width: '100%', tabindex: 0, role: 'img', 'aria-label': title,
      style: 'max-width:' + W + 'px;display:block;touch-action:pan-y;cursor:crosshair;font:11px sans-serif;user-select:none' });
    figure.replaceChild(svg, picture);

    function add(parent, tag, attributes, text) {
      var node = document.createElementNS(NS, tag);
      Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
      if (text !== undefined) { node.textContent = text; }
      if (parent) { parent.appendChild(node); }
      return node;
    }

    // So many bars that a candle would be a hair are drawn as one candle for several.
    function merged() {
      step = Math.max(1, Math.ceil((to - from) / MOST));
      shown = [];
      for (var i = from; i < to; i += step) {
        var part = bars.slice(i, Math.min(to, i + step));
        shown.push({ t: part[0][0], o: part[0][1], c: part[part.length - 1][4],
          h: Math.max.apply(null, part.map(function (b) { return b[2]; })),
          l: Math.min.apply(null, part.map(function (b) { return b[3]; })),
          v: part.reduce(function (sum, b) { return b[5] === undefined ? sum : (sum || 0) + b[5]; }, undefined) });
      }
      high = Math.max.apply(null, shown.map(function (b) { return b.h; }));
      low = Math.min.apply(null, shown.map(function (b) { return b.l; }));
      if (high === low) { high += 1; low -= 1; }
      var room = (high - low) * 0.04;
      high += room; low -= room;
    }

    function x(i) { return LEFT + (i + 0.5) * (W - LEFT - RIGHT) / shown.length; }
    function y(price) { return TOP + (high - price) / (high - low) * (H - TOP - BOTTOM); }
    function index(clientX) {
      var box = svg.getBoundingClientRect();
      var at = (clientX - box.left) / box.width * W;
      return Math.max(0, Math.min(shown.length - 1, Math.floor((at - LEFT) / (W - LEFT - RIGHT) * shown.length)));
    }

    // 1, 2 or 5 times a power of ten: about n of them.
    function tick(range, n) {
      var raw = range / n, power = Math.pow(10, Math.floor(Math.log10(raw))), m = raw / power;
      return power * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
    }
    function number(value, decimals) {
      return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    }
    function time(ms, long) {
      var iso = new Date(ms).toISOString(), midnight = iso.slice(11, 19) === '00:00:00';
      var span = shown[shown.length - 1].t - shown[0].t;
      if (long) { return iso.slice(0, 10) + (midnight ? '' : ' ' + iso.slice(11, 16)); }
      return span < 2 * 864e5 ? iso.slice(11, 16) : iso.slice(0, 10);
    }

    function draw() {
      merged();
      svg.textContent = '';
      add(svg, 'text', { x: W / 2, y: 18, 'text-anchor': 'middle', fill: 'currentColor', style: 'font:bold 15px sans-serif' }, title);
      var every = tick(high - low, 6), decimals = Math.max(0, -Math.floor(Math.log10(every)));
      for (var p = Math.ceil(low / every) * every; p <= high; p += every) {
        add(svg, 'line', { x1: LEFT, x2: W - RIGHT, y1: y(p), y2: y(p), stroke: 'currentColor', 'stroke-opacity': 0.15 });
        add(svg, 'text', { x: LEFT - 6, y: y(p) + 4, 'text-anchor': 'end', fill: 'currentColor' }, number(p, decimals));
      }
      add(svg, 'text', { x: 14, y: (TOP + H - BOTTOM) / 2, 'text-anchor': 'middle', fill: 'currentColor', style: 'font:12px sans-serif',
        transform: 'rotate(-90 14 ' + (TOP + H - BOTTOM) / 2 + ')' }, unit);
      var labels = Math.min(Math.floor(W / 110), shown.length);
      for (var k = 0; k < labels; k++) {
        var i = Math.floor((k + 0.5) * shown.length / labels);
        add(svg, 'text', { x: x(i), y: H - 10, 'text-anchor': 'middle', fill: 'currentColor' }, time(shown[i].t, false));
      }
      var width = Math.max(1, (W - LEFT - RIGHT) / shown.length * 0.7);
      shown.forEach(function (bar, i) {
        var color = bar.c >= bar.o ? UP : DOWN, top = y(Math.max(bar.o, bar.c));
        add(svg, 'line', { x1: x(i), x2: x(i), y1: y(bar.h), y2: y(bar.l), stroke: color });
        add(svg, 'rect', { x: x(i) - width / 2, y: top, width: width, height: Math.max(1, y(Math.min(bar.o, bar.c)) - top), fill: color });
      });
      svg.overlay = add(svg, 'g', { 'pointer-events': 'none' });
    }

    function tell(i) {
      var bar = shown[i], d = high - low < 10 ? 4 : 2;
      svg.overlay.textContent = '';
      add(svg.overlay, 'line', { x1: x(i), x2: x(i), y1: TOP, y2: H - BOTTOM, stroke: 'currentColor', 'stroke-opacity': 0.4 });
      var narrow = W < 600, text = time(bar.t, true) + (step > 1 ? ' (' + step + ' bars)' : '') +
        (narrow ? ' O ' : '   open ') + number(bar.o, d) + (narrow ? ' H ' : '   high ') + number(bar.h, d) +
        (narrow ? ' L ' : '   low ') + number(bar.l, d) + (narrow ? ' C ' : '   close ') + number(bar.c, d) +
        (bar.v === undefined || narrow ? '' : '   volume ' + number(bar.v, 0));
      add(svg.overlay, 'text', { x: narrow ? 4 : LEFT, y: TOP - 8, fill: 'currentColor', style: 'white-space:pre' }, text);
    }

    function zoom(first, last) { // of the candles that are shown
      var start = from + first * step, end = Math.min(to, from + (last + 1) * step);
      if (end - start >= 3) { from = start; to = end; draw(); }
    }
    function move(by) {
      var shift = Math.max(-from, Math.min(bars.length - to, by * Math.max(1, Math.floor((to - from) / 5))));
      from += shift; to += shift; draw();
    }
    function reset() { from = 0; to = bars.length; draw(); }

    var pressed = null;
    svg.addEventListener('pointerdown', function (event) { pressed = index(event.clientX); });
    svg.addEventListener('pointermove', function (event) {
      var i = index(event.clientX);
      tell(i);
      if (pressed !== null && i !== pressed) {
        var a = Math.min(i, pressed), b = Math.max(i, pressed);
        add(svg.overlay, 'rect', { x: x(a), y: TOP, width: x(b) - x(a), height: H - TOP - BOTTOM, fill: 'currentColor', 'fill-opacity': 0.12 });
      }
    });
    svg.addEventListener('pointerup', function (event) {
      var i = index(event.clientX);
      if (pressed !== null && Math.abs(i - pressed) > 1) { zoom(Math.min(i, pressed), Math.max(i, pressed)); }
      pressed = null;
    });
    svg.addEventListener('pointerleave', function () { pressed = null; svg.overlay.textContent = ''; });
    svg.addEventListener('dblclick', reset);
    svg.addEventListener('keydown', function (event) {
      var n = shown.length, handled = true;
      if (event.key === '+') { zoom(Math.floor(n / 4), Math.ceil(n * 3 / 4)); }
      else if (event.key === '-') { var more = to - from; from = Math.max(0, from - (more >> 1)); to = Math.min(bars.length, to + (more >> 1)); draw(); }
      else if (event.key === 'ArrowLeft') { move(-1); }
      else if (event.key === 'ArrowRight') { move(1); }
      else if (event.key === 'Escape') { reset(); }
      else { handled = false; }
      if (handled) { event.preventDefault(); }
    });
    draw();
  });
})
