// Calls commands through a client of the field's REST API that is not ours. The first line that it
// reads is who calls; each other one is [service, command, body], and is answered by a line.
'use strict';

const readline = require('readline');
const TIMRestAPI = require('imsdk-restapi-nodejs-es6-sdk');
const { Api } = require('tls-sig-api-v2');

function newClient({ sdkAppID, secretKey, privateKeyPath }) {
  // The client makes UserSigs of the field's first kind, with a pair of keys. It puts the identifier
  // into the URL as it is, and so the present kind comes along, after its own.
  const userSig = new Api(sdkAppID, secretKey).genSig('administrator', 600);
  const identifier = `administrator&usersig=${userSig}`;
  const client = new TIMRestAPI({
    sdkAppid: sdkAppID, identifier, accountType: 0, privateKeyPath, expireAfter: 600,
  });
  client.init();
  return client;
}

async function main() {
  let client;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (client === undefined) {
      client = newClient(request);
    } else {
      console.log(JSON.stringify((await client.request(...request)).data));
    }
  }
}

main();
