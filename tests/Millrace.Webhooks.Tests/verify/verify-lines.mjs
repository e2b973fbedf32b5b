// Verifies messages as any receiver would: {headers, body} as a line of JSON each on stdin, the secret as argument. A line
// each on stdout: the id of the job that a verified message is about, or nothing.
import { Webhook } from "standardwebhooks";
import { createInterface } from "node:readline";

const webhook = new Webhook(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { headers, body } = JSON.parse(line);
  let job = "";
  try {
    job = webhook.verify(Buffer.from(body, "base64").toString("utf8"), headers).data.id;
  } catch (error) {
    console.error(String(error));
  }
  console.log(job);
}
