/** Streams, and the transformers made of them; loaded when a script names one. */

export const STREAMS = [
  "ByteLengthQueuingStrategy",
  "CountQueuingStrategy",
  "ReadableByteStreamController",
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableStreamDefaultController",
  "ReadableStreamDefaultReader",
  "TransformStream",
  "TransformStreamDefaultController",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
];

const COMPRESS = { gzip: "gzipSync", deflate: "zlibSync", "deflate-raw": "deflateSync" };
const DECOMPRESS = { gzip: "gunzipSync", deflate: "unzlibSync", "deflate-raw": "inflateSync" };

/** Add the streams to `interfaces`, each made when it is first asked for. */
export function addStreams(interfaces, { library, TextEncoder, TextDecoder }) {
  const streams = () => library("streams");
  const lazily = (name, make) => {
    let made;
    Object.defineProperty(interfaces, name, { get: () => (made ??= make()), enumerable: true });
  };
  for (const name of STREAMS) lazily(name, () => streams()[name]);

  const transformer = (transform) => {
    const { readable, writable } = new (streams().TransformStream)(transform);
    return { readable, writable };
  };
  /** One that has its answer when all has come. */
  const whole = (work) => {
    const chunks = [];
    return transformer({
      transform: (chunk) => void chunks.push(chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk),
      flush: (controller) => {
        const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
        let end = 0;
        for (const chunk of chunks) {
          all.set(chunk, end);
          end += chunk.length;
        }
        controller.enqueue(work(all));
      },
    });
  };
  const packer = (name, methods) =>
    lazily(name, () =>
      class {
        constructor(format) {
          if (!Object.hasOwn(methods, format)) throw new TypeError(`Unsupported compression format: '${format}'`);
          Object.assign(this, whole((bytes) => library("fflate")[methods[format]](bytes)));
        }
      });
  packer("CompressionStream", COMPRESS);
  packer("DecompressionStream", DECOMPRESS);

  lazily("TextEncoderStream", () =>
    class {
      constructor() {
        const encoder = new TextEncoder();
        const encode = (chunk, controller) => controller.enqueue(encoder.encode(chunk));
        Object.assign(this, { encoding: "utf-8" }, transformer({ transform: encode }));
      }
    });
  lazily("TextDecoderStream", () =>
    class {
      constructor(label, options) {
        const decoder = new TextDecoder(label, options);
        Object.assign(this, { encoding: decoder.encoding }, whole((bytes) => decoder.decode(bytes)));
      }
    });
  return interfaces;
}
