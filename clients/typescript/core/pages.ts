/** What every operation that lists answers. */
interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/**
 * A list. `await` gives its first page, `for await` all items from page to page, and `pages()` the pages themselves.
 * Each page is a call with a deadline of its own. Nothing is sent before one of the three.
 */
export class Pages<Item, OnePage extends Page<Item> = Page<Item>>
  implements PromiseLike<OnePage>, AsyncIterable<Item>
{
  readonly #get: (cursor?: string) => Promise<OnePage>;
  #first: Promise<OnePage> | undefined;

  constructor(get: (cursor?: string) => Promise<OnePage>) {
    this.#get = get;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a list gives its first page.
  then<Fulfilled = OnePage, Rejected = never>(
    fulfilled?: ((page: OnePage) => Fulfilled | PromiseLike<Fulfilled>) | null,
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#first ??= this.#get();
    return this.#first.then(fulfilled, rejected);
  }

  catch<Rejected = never>(
    rejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<OnePage | Rejected> {
    return this.then(undefined, rejected);
  }

  async *pages(): AsyncGenerator<OnePage, void, undefined> {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: OnePage = await this.#get(cursor);
      yield page;
      cursor = page.nextCursor;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }
}
