import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html, Markup, visible } from '../../src/report/html/markup.js';

describe('html', () => {
  it('escapes every value, in text and in quoted attributes', () => {
    expect(html`<a title="${'"><script>'}">${"it's <b> & "}</a>`.text).toBe('<a title="&quot;&gt;&lt;script&gt;">it&#39;s &lt;b&gt; &amp; </a>');
  });

  it('takes markup as it is, joins lists, and leaves null out', () => {
    expect(html`${new Markup('<i>')}${['<', html`<b>${1}</b>`]}${null}`.text).toBe('<i>&lt;<b>1</b>');
  });

  it('leaves no character of any text that could end an attribute, open a tag or an entity of its own', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeHtml(text);
      return !/[<>"']/.test(escaped) && !escaped.replaceAll(/&(amp|lt|gt|quot|#39);/g, '').includes('&');
    }));
  });
});

describe('visible', () => {
  it('shows what hides or turns text, and keeps tabs, line ends and all other scripts', () => {
    expect(visible('a\u202eb\u0000c\u200bd')).toBe('a‹U+202E›b‹U+0000›c‹U+200B›d');
    expect(visible('x\ty\r\nz — نص 日本 👩‍💻')).toBe('x\ty\nz — نص 日本 👩‍💻');
  });

  it('replaces halves of surrogate pairs, which no file can hold', () => {
    expect(visible('a\ud800b')).toBe('a\ufffdb');
  });
});
