/**
 * How to call npm: inside `npm run` the very npm that the user called, outside the one on the path.
 *
 * @returns {[program: string, ...before: string[]]}
 */
export function npmCommand() {
  const running = process.env['npm_execpath']
  if (running?.endsWith('npm-cli.js')) return [process.execPath, running]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}
