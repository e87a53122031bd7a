import http from 'node:http'
http.createServer((q,r)=>{q.resume();q.on('end',()=>r.end('hello world'))}).listen(+process.argv[2],'127.0.0.1')
