// Verifies messages as any receiver would: {secret, headers, body} as a line of JSON each on stdin. A line each on stdout: the
// id of the job that a verified message is about, a tab and the message's id; or nothing.
import { Webhook } from "standardwebhooks";
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  let told = "";
  try {
    const message = new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
    told = `${message.data.id}\t${headers["webhook-id"]}`;
  } catch (error) {
    console.error(String(error));
  }
  console.log(told);
}
