import type { Context, TypedResponse } from 'hono';
import { answerTexts } from './unread.ts';

/** Where an object keeps its own JSON. Symbols stand in no JSON, and a look-up in a WeakMap would cost as much again. */
const text = Symbol('JSON');

type WithText = { [text]?: string };

/** Makes something once for each subject, and keeps it, with its JSON, on the subject. */
export function once<Subject extends object, Made extends object>(make: (subject: Subject) => Made) {
  const kept = Symbol('made once');
  return (subject: Subject & { [kept]?: Made & WithText }): Made => {
    let made = subject[kept];
    if (!made) {
      made = make(subject);
      made[text] = JSON.stringify(made);
      subject[kept] = made;
    }
    return made;
  };
}

/** An object as JSON. */
export const textOf = (object: WithText): string => object[text] ?? JSON.stringify(object);

/** Answers 200 with a list in a field, as `c.json` does, from the JSON that the items keep. */
export function answerList<Name extends string, Item extends object>(c: Context, name: Name, items: Item[]) {
  // A comma stands by itself: joined to a text it would have that copied for each answer.
  const texts = [
    `{"${name}":[`,
    ...items.flatMap((item, place) => (place === 0 ? textOf(item) : [',', textOf(item)])),
    ']}',
  ];
  const response: Response = answerTexts(c, texts);
  return response as Response & TypedResponse<Record<Name, Item[]>, 200, 'json'>;
}
