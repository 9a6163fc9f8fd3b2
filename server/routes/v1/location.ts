import type { ServiceContext } from '../../context.ts';

/** The header that says where a new resource is: its path as clients see it, so after that of the public URL. */
export const locationOf = ({ publicUrl }: Pick<ServiceContext, 'publicUrl'>, path: string) => ({
  Location: new URL(publicUrl).pathname.replace(/\/$/, '') + path,
});
