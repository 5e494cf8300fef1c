// One call: what was checked, request and response beside each other, variables and where they came from.

let current = null;

async function openCall(number, keepList) {
  picked = number;
  const row = index.rows[number];
  document.body.classList.add('opened');
  if (!keepList) revealCall(number);
  for (const one of document.querySelectorAll('.occurrence')) one.classList.toggle('picked', Number(one.dataset.row) === number);
  const box = $('detail');
  let record;
  try {
    record = await recordOf(number);
  } catch (error) {
    box.replaceChildren(h('p', { class: 'failed' }, `This part of the report is damaged: ${error.message}`));
    return;
  }
  if (picked !== number) return;
  current = record;
  box.replaceChildren(...renderDetail(number, row, record).flat(3).filter(Boolean));
  box.scrollTop = 0;
  box.setAttribute('aria-label', pathOf(row).join(' / '));
  history.replaceState(null, '', `#call-${number}`);
}

// Selects a call in the list, so that the list shows where it belongs.
function revealCall(number) {
  const at = lines.findIndex((line) => line.number === number);
  if (at < 0) return;
  callList.focus = at;
  callList.reveal(at);
  callList.draw(true);
}

function closeCall() {
  document.body.classList.remove('opened');
  picked = -1;
}

function renderDetail(number, row, record) {
  const path = pathOf(row);
  const state = row[ROW.state];
  return [
    h('button', { type: 'button', class: 'back', onclick: closeCall }, '‹ Back'),
    h('p', { class: 'path' }, path.slice(0, -1).join(' / ')),
    h('h2', null, span(SIGNS[state], STATES[state]), nameOf(row)),
    h('p', { class: 'facts quiet' },
      span(STATES[state], STATES[state]),
      index.run.iterations > 1 ? span(`iteration ${row[ROW.iteration] + 1} of ${index.run.iterations}`) : null,
      state === SKIPPED ? span(`because: ${row[ROW.skipped] || 'a script skipped it'}`) : span(`took ${duration(row[ROW.elapsed])}`),
      row[ROW.attempt] > 1 ? span(`attempt ${row[ROW.attempt]}`, 'warned') : null),
    record.description ? h('p', null, record.description) : null,
    renderWarnings(path.join(' / '), record),
    renderChecks(number, record),
    record.exchange ? renderExchange(record.exchange) : null,
    renderVariables(record),
    renderAttempts(record),
    renderConsole(record),
    (record.side || []).map((one) => h('details', null,
      h('summary', null, `Request of ${one.origin}: ${one.method} ${one.url} → ${one.response ? one.response.status : 'no answer'}`),
      h('div', { style: { padding: '0 12px 8px' } }, renderExchange(one)))),
    renderVisualizer(record),
  ];
}

function renderWarnings(path, record) {
  const told = record.warnings || [];
  const others = ((record.exchange || {}).warnings || []).filter((one) => !told.some(([text]) => text === one));
  const all = [...told, ...others.map((one) => [one, ''])];
  return all.map(([message, where]) => {
    const part = where.startsWith(path) ? where.slice(path.length).replace(/^, /, '') : where;
    return h('p', { class: 'warned' }, `⚠ ${message}${part ? ` (${part})` : ''}`);
  });
}

function renderChecks(number, record) {
  const failures = (failuresOfRow.get(number) || []).map((one) => index.failures[one]);
  if (!failures.length && !record.assertions) return null;
  const left = [...failures];
  const items = (record.assertions || []).map(([name, state]) => {
    const at = state === FAILED ? left.findIndex((one) => one[FAILURE.test] === name) : -1;
    const failure = at < 0 ? null : left.splice(at, 1)[0];
    return h('li', null, h('span', { class: STATES[state], role: 'img', 'aria-label': STATES[state] }, SIGNS[state]), h('div', null,
      h('span', { class: state === FAILED ? 'failed' : '' }, name),
      failure ? [h('div', { class: 'failed mono' }, `${failure[FAILURE.name]}: ${failure[FAILURE.message]}`), explain(failure)] : null));
  });
  const broken = left.map((failure) => h('li', null, h('span', { class: 'failed', role: 'img', 'aria-label': 'failed' }, SIGNS[FAILED]), h('div', null,
    h('div', { class: 'failed mono' }, `${failure[FAILURE.name]}: ${failure[FAILURE.message]}`), explain(failure))));
  return [h('h3', null, 'Checks'), h('ul', { class: 'checks' }, broken, items)];
}

function renderExchange(exchange) {
  const response = exchange.response;
  const sent = h('section', null,
    h('h3', null, 'Request', h('button', { type: 'button', onclick: () => copy(asCurl(exchange), 'curl command') }, 'Copy as curl')),
    h('p', { class: 'request-line' }, h('b', null, exchange.method), exchange.url),
    (exchange.hops || []).length ? h('details', null, h('summary', null, `${counted(exchange.hops.length - 1, 'hop')} before`),
      table(null, exchange.hops.slice(0, -1).map(([method, url, status]) => [`${method} ${status}`, url]))) : null,
    renderHeaders(exchange.headers),
    renderBody(exchange.body, headerOf(exchange.headers, 'content-type'), 'Body'));
  if (!response) {
    const failure = exchange.failure || { message: 'no answer', kind: '' };
    return h('div', { class: 'pair' }, sent, h('section', null, h('h3', null, 'Response'), h('p', { class: 'failed request-line' }, `${failure.kind} ${failure.code || ''}: ${failure.message}`)));
  }
  return h('div', { class: 'pair' }, sent, h('section', null,
    h('h3', null, 'Response'),
    h('p', { class: 'request-line' }, h('b', { class: codeClass(response.status) }, `${response.status} ${response.reason}`),
      span(`${duration(response.elapsed)}, HTTP/${response.version}${response.wire ? `, ${bytes(response.wire)} on the wire` : ''}`, 'quiet')),
    renderHeaders(response.headers),
    renderBody(response.body, headerOf(response.headers, 'content-type'), 'Body'),
    (exchange.cookies || []).length ? h('details', null, h('summary', null, counted(exchange.cookies.length, 'cookie')),
      table(['Name', 'Value', 'Domain', 'Path'], exchange.cookies.map((one) => one.slice(0, 4)))) : null));
}

function renderHeaders(headers) {
  if (!headers.length) return null;
  return h('details', null, h('summary', null, counted(headers.length, 'header')), table(null, headers));
}

function renderVariables(record) {
  const parts = [];
  if (record.extractions) {
    parts.push(h('h3', null, 'Extracted'), table(['Variable', 'Value', 'From', 'Scope'],
      record.extractions.map(([name, scope, expression, value]) => [name, value, expression, scope])));
  }
  if (record.uses) {
    parts.push(h('h3', null, 'Variables used'), table(['Variable', 'Value', 'Came from'], record.uses.map(renderUse)));
  }
  return parts;
}

function renderUse([name, source, how, detail]) {
  if (name.startsWith('$')) return [name, span('drawn for each request', 'quiet'), 'dynamic variable'];
  if (source !== undefined) {
    const row = index.rows[source];
    const what = how === 'extracted' ? `extracted by ${detail}` : `set in the ${detail}-script`;
    return [name, lastValue(name), h('span', { class: 'words' }, `${what} of `, callLink(source, pathOf(row).join(' / ')))];
  }
  for (const [scope, values] of Object.entries(index.run.variables)) {
    const found = values.find(([key]) => key === name);
    if (found) return [name, found[1], scope];
  }
  return [name, span('not known', 'quiet'), 'data, a script, or not defined'];
}

function lastValue(name) {
  for (const values of Object.values(index.run.variables)) {
    const found = values.find(([key]) => key === name);
    if (found) return found[1];
  }
  return '';
}

function renderAttempts(record) {
  if (!record.attempts) return null;
  return [h('h3', null, 'Earlier attempts'), table(['Attempt', 'Code', 'Took', 'Failed'], record.attempts.map((one) => (
    [String(one.attempt), String(one.status || '–'), duration(one.elapsed), one.failures.join('; ') || '–'])))];
}

function renderConsole(record) {
  if (!record.console) return null;
  return [h('h3', null, 'Console'), h('div', { class: 'console' }, record.console.map(([level, event, text]) => (
    h('div', { class: level, title: `console.${level} in the ${event}-script` }, text))))];
}

function renderVisualizer(record) {
  if (!record.visualizer) return null;
  const frame = h('iframe', { sandbox: '', title: 'Visualizer output' });
  frame.srcdoc = record.visualizer;
  return [h('h3', null, 'Visualizer'), frame];
}
