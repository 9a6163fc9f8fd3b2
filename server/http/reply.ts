import { etagOf } from './conditional.ts';

/** JSON that is serialized already, for a body that is sent often or is large. Its texts are joined when it is sent. */
export class Json<Value> {
  /** The type of the value. It exists for the compiler alone. */
  declare readonly value: Value;
  readonly texts: readonly string[];

  /** In characters. */
  get length(): number {
    return this.texts.reduce((sum, text) => sum + text.length, 0);
  }

  private constructor(texts: readonly string[]) {
    this.texts = texts;
  }

  static of<Value>(value: Value): Json<Value> {
    return new Json([JSON.stringify(value)]);
  }

  /** An object with one more field, given as JSON. The text of the other fields is shared, not copied. */
  static extended<Value extends object>(
    base: Json<Value>,
    name: keyof Value & string,
    text: string,
  ): Json<Value> {
    const [fields = ''] = base.texts;
    return new Json([fields.slice(0, -1), `,"${name}":${text}}`]);
  }

  /** An object with one field, a list. The texts of the items are shared, not copied. */
  static list<Name extends string, Item>(
    name: Name,
    items: readonly Json<Item>[],
  ): Json<Record<Name, Item[]>> {
    const texts = [`{"${name}":[`];
    for (const [place, item] of items.entries()) {
      if (place > 0) texts.push(',');
      texts.push(...item.texts);
    }
    texts.push(']}');
    return new Json(texts);
  }
}

/** A body that is text, not JSON. */
export class Text {
  readonly text: string;
  readonly contentType: string;

  constructor(text: string, contentType: string) {
    this.text = text;
    this.contentType = contentType;
  }
}

/** A public body that stays the same while the process runs: anybody may cache it for five minutes. */
export function cacheable<Body>(body: Body): Reply<Json<Body>> {
  const json = Json.of(body);
  return new Reply(json, { ETag: etagOf(json.texts.join('')), 'Cache-Control': 'public, max-age=300' });
}

/** A body with headers, or with another status than the default success of its route. */
export class Reply<Body> {
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number | undefined;

  constructor(body: Body, headers: Record<string, string>, status?: number) {
    this.body = body;
    this.headers = headers;
    this.status = status;
  }
}
