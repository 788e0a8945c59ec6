// What JOSE signs: JWT, SD-JWT, status list tokens.
import {createHash, randomBytes} from 'node:crypto';

import {SDJwtInstance} from '@sd-jwt/core';
import {
  createHeaderAndPayload, getListFromStatusListJWT, getStatusListFromJWT, StatusList
} from '@sd-jwt/jwt-status-list';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import * as jose from 'jose';

import {imported, key, signer, verifier} from './keys.mjs';

// `vc+sd-jwt`: the library knows SD-JWTs of any type, and wants to be told which.
class VcSdJwt extends SDJwtInstance {
  type = 'vc+sd-jwt';
}

const instance = (typ, options) => new (typ === 'dc+sd-jwt' ? SDJwtVcInstance : VcSdJwt)({
  hasher: (text, algorithm) => new Uint8Array(createHash(algorithm.replace('-', '')).update(text).digest()),
  hashAlg: 'sha-256',
  saltGenerator: length => randomBytes(length).toString('base64url'),
  ...options,
});

// [['a', 'b'], ['c', 0]] as what the library wants of issuers: {a: {_sd: ['b']}, c: {_sd: [0]}}.
function concealed(paths) {
  const frame = {};
  for(const path of paths) {
    let place = frame;
    for(const step of path.slice(0, -1)) {
      place = (place[step] ??= {});
    }
    (place._sd ??= []).push(path.at(-1));
  }
  return frame;
}

// … and of holders: {a: {b: true}, c: {0: true}}.
function shown(paths) {
  const frame = {};
  for(const path of paths) {
    let place = frame;
    for(const step of path.slice(0, -1)) {
      place = (place[step] ??= {});
    }
    place[path.at(-1)] = true;
  }
  return frame;
}

export async function signJwt({handle, header, payload}) {
  const {secret, algorithm} = key(handle);
  return new jose.CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({alg: algorithm, ...header})
    .sign(secret);
}

export async function verifyJwt({jwt, jwk, typ}) {
  const {payload} = await jose.jwtVerify(jwt, await imported(jwk), {typ});
  return payload;
}

export async function issueSdJwt({handle, typ, header, claims, hidden}) {
  const issuer = key(handle);
  const library = instance(typ, {signer: signer(issuer), signAlg: issuer.algorithm});
  return library.issue(claims, concealed(hidden), {header});
}

export async function presentSdJwt({handle, typ, text, chosen, audience, nonce}) {
  const holder = key(handle);
  const library = instance(typ, {kbSigner: signer(holder), kbSignAlg: holder.algorithm});
  const iat = Math.floor(Date.now() / 1000);
  return library.present(text, shown(chosen), {kb: {payload: {iat, aud: audience, nonce}}});
}

// The library leaves the audience to its caller.
export async function verifySdJwt({text, typ, jwk, audience, nonce}) {
  const library = instance(typ, {
    verifier: verifier(jwk),
    kbVerifier: (signed, signature, payload) => verifier(payload.cnf.jwk)(signed, signature),
  });
  const {payload, header, kb} = await library.verify(text, nonce ? {keyBindingNonce: nonce} : undefined);
  if(header.typ !== typ) {
    throw new Error(`the type is ${header.typ}`);
  }
  if(nonce && kb.payload.aud !== audience) {
    throw new Error('the key binding is for another audience');
  }
  return payload;
}

export async function signStatusList({handle, values, bits, uri}) {
  const {algorithm} = key(handle);
  const claims = {sub: uri, iat: Math.floor(Date.now() / 1000)};
  const {header, payload} =
    createHeaderAndPayload(new StatusList(values, bits), claims, {alg: algorithm, typ: 'statuslist+jwt'});
  return signJwt({handle, header, payload});
}

// What a list says of a credential. The library leaves the signature and the address to its caller.
export async function checkStatusList({token, jwk, credential}) {
  const {payload} = await jose.jwtVerify(token, await imported(jwk), {typ: 'statuslist+jwt'});
  const {idx, uri} = getStatusListFromJWT(credential);
  if(payload.sub !== uri) {
    throw new Error('the list is of another address');
  }
  return getListFromStatusListJWT(token).getStatus(idx);
}
