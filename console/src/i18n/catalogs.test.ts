import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const sources = fileURLToPath(new URL('..', import.meta.url));

/** The messages a source file shows: `i18n.t('…')` and `<Trans id="…">`. A computed one comes out as null. */
function messagesIn(file: string): (string | null)[] {
  const text = readFileSync(file, 'utf8');
  const found: (string | null)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'i18n.t') {
      const id = node.arguments[0];
      found.push(id && ts.isStringLiteralLike(id) ? id.text : null);
    }
    if (ts.isJsxSelfClosingElement(node) && node.tagName.getText() === 'Trans') {
      const id = node.attributes.properties.find((each) => ts.isJsxAttribute(each) && each.name.getText() === 'id');
      const value = id && ts.isJsxAttribute(id) ? id.initializer : undefined;
      found.push(value && ts.isStringLiteral(value) ? value.text : null);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

/** The entries of a catalogue: message by id. */
function catalogue(language: string): Map<string, string> {
  const text = readFileSync(new URL(`../locales/${language}.po`, import.meta.url), 'utf8').replace(/"\n"/g, '');
  const entries = [...text.matchAll(/^msgid "(.*)"\nmsgstr "(.*)"$/gm)].map(
    ([, id = '', message = '']) => [JSON.parse(`"${id}"`), JSON.parse(`"${message}"`)] as [string, string],
  );
  return new Map(entries.filter(([id]) => id !== ''));
}

const placeholders = (message: string) => [...message.matchAll(/\{(\w+)[,}]|<(\d)\/>/g)].map(([whole]) => whole).sort();

const used = new Set(
  globSync('{domain,features,ui,i18n,live}/**/*.{ts,tsx}', { cwd: sources })
    .filter((file) => !file.includes('.test.'))
    .flatMap((file) => messagesIn(`${sources}/${file}`)),
);

describe('the texts of the console', () => {
  it('are all written out where they are used, so that they can be found', () => {
    expect(used.has(null)).toBe(false);
    expect(used.size).toBeGreaterThan(200);
  });

  it('are all there in Turkish', () => {
    const turkish = catalogue('tr');
    expect([...used].filter((id) => !turkish.get(id ?? ''))).toEqual([]);
  });

  it('have the same placeholders in Turkish', () => {
    const wrong = [...catalogue('tr')].filter(
      ([id, message]) => placeholders(id).join() !== placeholders(message).join(),
    );
    expect(wrong).toEqual([]);
  });

  it('stand in the catalogues only while they are used', () => {
    for (const language of ['en', 'tr']) {
      expect([...catalogue(language).keys()].filter((id) => !used.has(id))).toEqual([]);
    }
  });
});
