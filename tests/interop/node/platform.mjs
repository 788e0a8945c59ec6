// Debian 12 has Node 18, where WebCrypto is not global yet. Imported first.
import {webcrypto} from 'node:crypto';

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
