/**
 * What is used of `node:http`, without an `import` of it: that reads all of its exports, and so loads Node's own copy of undici, some 3 MiB.
 * Source: https://github.com/nodejs/node/issues/59686
 */
export const { createServer, request } = process.getBuiltinModule('node:http')
