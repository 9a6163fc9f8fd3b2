import type { ServiceContext } from '../../context.ts';

/** The header with the path of a new resource as clients see it: below the path of the public URL. */
export const locationOf = ({ publicUrl }: Pick<ServiceContext, 'publicUrl'>, path: string) => ({
  Location: new URL(publicUrl).pathname.replace(/\/$/, '') + path,
});
