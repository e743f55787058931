import { gunzipSync } from 'node:zlib'

/**
 * A records file that the code with schema 1 wrote. It holds `files/a` (version 4, indexed by path as `a` and `aa`) and
 * `users/u1` (version 3, a unique entry `u1` in the index `name`); `files/b` was written and deleted again, with version 5.
 */
export function schema1File(): Uint8Array {
  return gunzipSync(Buffer.from(PACKED.join(''), 'base64'))
}

const PACKED: readonly string[] = [
  'H4sIAAAAAAACA+3az08TQRQH8De7W5AfZaiRbEwvI8YEkqppGi+eKLjRxtpK2QY5kYUOsrG0sLslEOMBvfgH6P9g+Ac8cSUxaryacEdOXoyJR7',
  'O7U2i1qDch+X6Szcy+aTLzXtvD7OzcbNENpFhpemtOIHI0SppGU0IQkU5ECTphqKuNqYtm6n5Avel04/WHJP9BRjJHIx/5u+RBMkcAAAAAAADn',
  'w841o99Mp9nzK4GzVJfLq07jsfRVk5ipWHnbEnZ+umgJFRQTgyLkyw1RKNnWXasiHlYKD/KVBXHfWsjEo83148FS2RalarGoRvx1Z1kK23pk/z',
  'ri1rrDYXRSzNmVwoy909Sjdb64Fa1TNgLPlb5qjK51quDxOv8w31bP+BO5LaaL5em/rU+FPbd2Wq4ddRET0UIy4ayZcIqwN9mZYkbMF+x75aot',
  'KuX5wp2dbRZnXIgy9uRy06v5qtG6MlbBdsadC/r9m/n3+qvwpvR8t9k4Lcd2uXtVbNOpt3rPVS0VZqtWR1G6SnFd6zPzaUZuoya3/I26G8hFpx',
  'U0o/tFle5iVnXCvf2F8MecJCKN7xL/xHfx1wYAAAAAAAD4367q/WSm2MTlli89v5XVGYuO47WGsyZb2S+v3hy+fHuT9ZPJ2VR6xa1L3zFYfGTP',
  '1p1g1Yn7WtR3no43xm/nng1G+/8j4t/5EWoMAAAAAAAAcL4NG2aKtZ8cDBomH4ifEIT7f53vE//KD/g+6gQAAAAAAABwdl3qM8dG1f4+fh2gld',
  'UvhkG1z4/P/J1Unzk20hUK3/9P8D3i3/gh/8zf8z1UEwAAAAAAAOBMGU4kiJlci/bzS0NGggZMHp/rD+vhTUqd+A9pJ0NLQ6zjcz8BH3jM7QBQ',
  'AAA=',
]
