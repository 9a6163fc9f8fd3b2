const texts = new WeakMap<object, string>();

/** Makes something once for each subject, and keeps it, with its JSON, for as long as the subject lives. */
export function once<Subject extends object, Made extends object>(make: (subject: Subject) => Made) {
  const kept = new WeakMap<Subject, Made>();
  return (subject: Subject): Made => {
    let made = kept.get(subject);
    if (!made) {
      made = make(subject);
      kept.set(subject, made);
      texts.set(made, JSON.stringify(made));
    }
    return made;
  };
}

/** An object as JSON. */
export const textOf = (object: object): string => texts.get(object) ?? JSON.stringify(object);
