/**
 * Builds what is published of the typed client, from its package.json: `dist/` for npm, and `build/`, the sources and
 * their jsr.json, for JSR. The sources are copied first, so that what they import of decide/ is in the package. The
 * adapters of frameworks are on npm alone: JSR takes no module that adds to the types of another.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const client = join(root, 'clients/typescript');
const build = join(client, 'build');
const dist = join(client, 'dist');
for (const folder of [build, dist]) rmSync(folder, { recursive: true, force: true });

for (const file of globSync('**/*.ts', { cwd: client })) {
  const source = readFileSync(join(client, file), 'utf8');
  mkdirSync(dirname(join(build, file)), { recursive: true });
  writeFileSync(
    join(build, file),
    source.replaceAll(/'\.\.\/\.\.\/((?:\.\.\/)*)decide\//g, (_, up) => `'${up || './'}decide/`),
  );
}
cpSync(join(root, 'decide'), join(build, 'decide'), { recursive: true });

const { name, version, license, exports, peerDependencies } = JSON.parse(
  readFileSync(join(client, 'package.json'), 'utf8'),
);
const entries = Object.entries<{ default?: string }>(exports).flatMap(([subpath, { default: path }]) =>
  // `./package.json` is a text, and no module.
  path ? [[subpath, path.replace('/dist/', '/').replace(/\.js$/, '.ts')]] : [],
);
writeFileSync(
  join(build, 'tsconfig.json'),
  JSON.stringify({ extends: '../tsconfig.json', files: entries.map(([, path]) => path) }),
);
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', build], {
  stdio: 'inherit',
});

const frameworks = Object.keys(peerDependencies);
const isAdapter = (path: string) => {
  const source = readFileSync(join(build, path), 'utf8');
  return frameworks.some((framework) => source.includes(`from '${framework}'`));
};
const published = entries.filter(([, path = '']) => !isAdapter(path));
const adapters = entries.filter((entry) => !published.includes(entry)).map(([, path = '']) => join(path));
for (const file of globSync('**/*.ts', { cwd: build })) {
  const isReached = existsSync(join(dist, file.replace(/\.ts$/, '.d.ts')));
  if (!isReached || adapters.includes(file)) rmSync(join(build, file));
}
rmSync(join(build, 'tsconfig.json'));
for (const file of ['README.md', 'LICENSE']) cpSync(join(client, file), join(build, file));
writeFileSync(
  join(build, 'jsr.json'),
  `${JSON.stringify({ name, version, license, exports: Object.fromEntries(published) }, null, 2)}\n`,
);
