// Independent implementations in JavaScript, behind lines of JSON: {"call", "with"} is answered by {"answer"}, or by
// {"refused"} with what the library said. One process serves a whole test run.
import './platform.mjs';

import {createInterface} from 'node:readline';

import canonicalize from 'canonicalize';

import * as identifiers from './identifiers.mjs';
import {generate} from './keys.mjs';
import * as linkedData from './linked_data.mjs';
import * as tokens from './tokens.mjs';

const calls = {
  'bitstring/check': linkedData.checkStatus,
  'bitstring/sign': linkedData.signBitstring,
  'canonicalize': async ({text}) => canonicalize(JSON.parse(text)),
  'did/address': identifiers.addressOfDid,
  'did/make': identifiers.makeDid,
  'did/resolve': identifiers.resolveDid,
  'document/derive': linkedData.deriveDocument,
  'document/sign': linkedData.signDocument,
  'document/statements': linkedData.canonicalStatements,
  'document/verify': linkedData.verifyDocument,
  'generate': generate,
  'jwt/sign': tokens.signJwt,
  'jwt/verify': tokens.verifyJwt,
  'sd-jwt/issue': tokens.issueSdJwt,
  'sd-jwt/present': tokens.presentSdJwt,
  'sd-jwt/verify': tokens.verifySdJwt,
  'status-list/check': tokens.checkStatusList,
  'status-list/sign': tokens.signStatusList,
};

for await (const line of createInterface({input: process.stdin})) {
  const {call, with: parameters} = JSON.parse(line);
  const library = calls[call];
  if(!library) {
    throw new Error(`nothing is called ${call}`);
  }
  let answer;
  try {
    answer = {answer: await library(parameters) ?? null};
  } catch(error) {
    answer = {refused: String(error)};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
