// The same job as the other contestants', as sharp's documentation has it: two processes behind one port.
import cluster from 'node:cluster';
import http from 'node:http';
import sharp from 'sharp';

const [port, optimise, processes = '2', threads = '1', fast = 'true'] = process.argv.slice(2);

const answer = async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { data } = await sharp(Buffer.concat(chunks))
      .rotate()
      .resize({ width: 300, fastShrinkOnLoad: fast === 'true' })
      .jpeg({ quality: 80, optimiseCoding: optimise === 'true' })
      .toBuffer({ resolveWithObject: true });
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': data.length });
    response.end(data);
  } catch (error) {
    response.writeHead(422);
    response.end(String(error));
  }
};

if (cluster.isPrimary) {
  for (let i = 0; i < Number(processes); i++) cluster.fork();
} else {
  sharp.cache(false);
  sharp.concurrency(Number(threads));
  http.createServer(answer).listen(Number(port), '127.0.0.1');
}
